package dev.aether.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A link from one document to a file or a heading of this repository leads somewhere. */
class DocumentLinksTest {
  private static final Path HOME = Path.of("..");
  private static final Set<String> WITHOUT_DOCUMENTS =
      Set.of("target", "node_modules", ".git", ".venv");
  private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```");
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  @Test
  void everyLinkWithinTheRepositoryLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Path document : documents()) {
      Matcher link = LINK.matcher(text(document));
      while (link.find()) {
        String target = link.group(1);
        if (!target.matches("[a-z]+:.*")) {
          links++;
          if (!exists(document, target)) {
            broken.add(document + ": " + target);
          }
        }
      }
    }
    assertTrue(links > 0, "no document has a link");
    assertEquals(List.of(), broken);
  }

  private static boolean exists(Path document, String target) throws IOException {
    int sign = target.indexOf('#');
    String path = sign < 0 ? target : target.substring(0, sign);
    Path file = path.isEmpty() ? document : document.resolveSibling(path);
    if (sign < 0 || !file.toString().endsWith(".md")) {
      return Files.exists(file);
    }
    return Files.exists(file) && anchors(file).contains(target.substring(sign + 1));
  }

  /** As GitHub forms them: lower case, without punctuation, with hyphens for spaces. */
  private static Set<String> anchors(Path document) throws IOException {
    Set<String> anchors = new HashSet<>();
    Matcher heading = HEADING.matcher(text(document));
    while (heading.find()) {
      anchors.add(
          heading
              .group(1)
              .strip()
              .toLowerCase(Locale.ROOT)
              .replaceAll("]\\([^)]*\\)", "")
              .replaceAll("[^\\p{L}\\p{N} _-]", "")
              .replace(' ', '-'));
    }
    return anchors;
  }

  private static String text(Path document) throws IOException {
    return CODE_BLOCK.matcher(Files.readString(document)).replaceAll("");
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> files = Files.walk(HOME)) {
      return files
          .filter(file -> file.toString().endsWith(".md"))
          .filter(DocumentLinksTest::isOurs)
          .toList();
    }
  }

  private static boolean isOurs(Path file) {
    for (Path part : file) {
      if (WITHOUT_DOCUMENTS.contains(part.toString())) {
        return false;
      }
    }
    return true;
  }
}
