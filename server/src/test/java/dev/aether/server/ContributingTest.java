package dev.aether.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks CONTRIBUTING.md's table of behaviours against the code. */
class ContributingTest {
  private static final Pattern CLASS = Pattern.compile("`([A-Z]\\w+)`");

  @Test
  void everyClassThatTheTableOfBehavioursNamesExists() throws IOException {
    Set<String> classes = new HashSet<>();
    for (String module : List.of("server", "client-java", "testkit", "bench")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        files.forEach(file -> classes.add(file.getFileName().toString().replace(".java", "")));
      }
    }
    String guide = Files.readString(Path.of("..", "CONTRIBUTING.md"));
    String table =
        guide.substring(guide.indexOf("| behaviour | where |"), guide.indexOf("To find the test"));

    List<String> named =
        CLASS.matcher(table).results().map(name -> name.group(1)).distinct().toList();

    assertTrue(named.size() > 50, () -> "only " + named.size() + " classes are named");
    assertEquals(List.of(), named.stream().filter(name -> !classes.contains(name)).toList());
  }
}
