package dev.aether.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/semantics.md names tests that are there. */
class SemanticsTableTest {
  private static final Pattern NAMED =
      Pattern.compile("`([A-Za-z]+(?:Contract|Test|IT))\\.(\\w+)`");

  @Test
  void everyTestThatAPromiseNamesIsThere() throws IOException {
    Map<String, String> sources = sources();
    List<MatchResult> named =
        NAMED.matcher(Files.readString(Path.of("..", "docs", "semantics.md"))).results().toList();
    assertTrue(named.size() > 50, () -> "only " + named.size() + " tests are named");
    List<String> missing =
        named.stream()
            .filter(
                test ->
                    !sources
                        .getOrDefault(test.group(1), "")
                        .contains(" void " + test.group(2) + "("))
            .map(MatchResult::group)
            .toList();
    assertEquals(List.of(), missing);
  }

  private static Map<String, String> sources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    for (String module : List.of("server", "client-java", "testkit")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "test", "java"))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .filter(file -> !file.endsWith("package-info.java"))
            .forEach(
                file ->
                    sources.merge(
                        file.getFileName().toString().replace(".java", ""),
                        read(file),
                        String::concat));
      }
    }
    return sources;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
