package dev.aether.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The map of the code names no class that there is not. */
class DocumentedClassesTest {
  private static final Path HOME = Path.of("..");
  private static final List<Path> DOCUMENTS =
      List.of(HOME.resolve("docs/architecture.md"), HOME.resolve("CONTRIBUTING.md"));

  /** A class in code type, alone or with what is called of it. */
  private static final Pattern NAME = Pattern.compile("`([A-Z][a-z]+[A-Za-z]*)(?:[.#(][^`]*)?`");

  private static final Pattern DECLARATION =
      Pattern.compile("\\b(?:class|record|interface|enum) ([A-Z]\\w+)");

  private static final List<String> OF_THE_JDK =
      List.of("Flow", "IllegalArgumentException", "IllegalStateException");

  @Test
  void everyClassThatTheMapNamesExists() throws IOException {
    Set<String> declared = declared();
    for (Path document : DOCUMENTS) {
      Set<String> named =
          NAME.matcher(Files.readString(document))
              .results()
              .map(found -> found.group(1))
              .collect(Collectors.toCollection(TreeSet::new));
      assertFalse(named.isEmpty(), () -> document + " names no class");
      named.removeAll(declared);
      OF_THE_JDK.forEach(named::remove);
      assertEquals(Set.of(), named, document::toString);
    }
  }

  private static Set<String> declared() throws IOException {
    Set<String> declared = new TreeSet<>();
    for (String module :
        List.of(
            "server",
            "client-java",
            "client-jackson",
            "client-opentelemetry",
            "testkit",
            "bench",
            "faults")) {
      try (Stream<Path> files = Files.walk(HOME.resolve(module).resolve("src"))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          DECLARATION
              .matcher(Files.readString(file))
              .results()
              .forEach(found -> declared.add(found.group(1)));
        }
      }
    }
    return declared;
  }
}
