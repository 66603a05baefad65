package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExportArgumentsTest {
  @Test
  void patternAndFileMayBothBeLeftOut() {
    assertEquals(of("n", Optional.empty()), ExportArguments.of(null, null, "n"));
    assertEquals(of("a.>", Optional.empty()), ExportArguments.of("a.>", null, "n"));
    assertEquals(of("a", Optional.of(Path.of("f"))), ExportArguments.of("a", "f", "n"));
    assertEquals(of("a.jsonl", Optional.empty()), ExportArguments.of("a.jsonl", "-", "n"));
    assertEquals(of("n", Optional.empty()), ExportArguments.of("-", null, "n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"out.jsonl", "out.jsonl.gz", "/tmp/out", "./out"})
  void anOnlyArgumentThatLooksLikeAFileIsOne(String file) {
    assertEquals(of("n", Optional.of(Path.of(file))), ExportArguments.of(file, null, "n"));
  }

  private static ExportArguments of(String pattern, Optional<Path> file) {
    return new ExportArguments(pattern, file);
  }
}
