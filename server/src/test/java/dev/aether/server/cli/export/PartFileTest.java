package dev.aether.server.cli.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.Cursor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PartFileTest {
  private static final Duration ALWAYS = Duration.ZERO;
  private static final Duration NEVER = Duration.ofHours(1);

  @ParameterizedTest
  @ValueSource(strings = {"out.jsonl", "out.jsonl.gz"})
  void hasItsNameOnlyWhenItIsWhole(String name, @TempDir Path folder) throws IOException {
    Path file = folder.resolve(name);
    try (PartFile part = open(file, "o", ALWAYS)) {
      part.line("1");
      part.reached(Cursor.of("c1"));
      part.line("2");

      assertFalse(Files.exists(file));
      part.finish();
    }

    assertEquals(List.of("1", "2"), lines(file));
    assertEquals(List.of(name), names(folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"out.jsonl", "out.jsonl.gz"})
  void goesOnWhereItWasGoodLast(String name, @TempDir Path folder) throws IOException {
    Path file = folder.resolve(name);
    try (PartFile cut = open(file, "o", ALWAYS)) {
      assertEquals(Optional.empty(), cut.start());
      cut.line("1");
      cut.reached(Cursor.of("c1"));
      cut.line("2");
      cut.reached(Cursor.of("c2"));
    }
    Files.write(
        folder.resolve(name + ".part"), new byte[] {'x', '{', 'x'}, StandardOpenOption.APPEND);

    try (PartFile part = open(file, "o", ALWAYS)) {
      assertEquals(Optional.of(Cursor.of("c2")), part.start());
      part.line("3");
      part.finish();
    }

    assertEquals(List.of("1", "2", "3"), lines(file));
  }

  @Test
  void startsOverWhereNothingWasNoted(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("out.jsonl");
    try (PartFile cut = open(file, "o", NEVER)) {
      cut.line("1");
      cut.reached(Cursor.of("c1"));
    }

    startsOver(file, "o");
  }

  @Test
  void startsOverForAnotherOriginOrWithANoteThatIsNone(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("out.jsonl");
    cut(file);
    startsOver(file, "another");

    cut(file);
    Files.writeString(folder.resolve("out.jsonl.part.at"), "{\"origin\":\"o\",\"bytes\":-1}");
    startsOver(file, "o");

    cut(file);
    Files.writeString(folder.resolve("out.jsonl.part"), "");
    startsOver(file, "o");
  }

  @Test
  void twoAtATimeAreRefused(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("out.jsonl");
    try (PartFile part = open(file, "o", ALWAYS)) {
      IOException refused = assertThrows(IOException.class, () -> open(file, "o", ALWAYS));
      assertTrue(refused.toString().contains("another export"), refused.toString());
      part.line("1");
      part.finish();
    }
    assertEquals(List.of("1"), lines(file));
  }

  @Test
  void nothingAtAllIsAGzipOfNothing(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("out.jsonl.gz");
    try (PartFile part = open(file, "o", ALWAYS)) {
      part.reached(Cursor.of("c"));
      part.finish();
    }
    assertEquals(List.of(), lines(file));
  }

  @Test
  void startsOverWhenANamespaceWasRecreated(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("out.jsonl");
    try (PartFile cut = PartFile.open(file, "o", Map.of("a", "1", "b", "1"), ALWAYS)) {
      cut.line("1");
      cut.reached(Cursor.of("c1"));
    }
    try (PartFile part = PartFile.open(file, "o", Map.of("a", "1", "c", "1"), ALWAYS)) {
      assertEquals(Optional.of(Cursor.of("c1")), part.start());
      assertEquals(Optional.empty(), part.recreated());
      part.line("2");
      part.reached(Cursor.of("c2"));
    }
    try (PartFile part = PartFile.open(file, "o", Map.of("a", "1", "b", "2"), ALWAYS)) {
      assertEquals(Optional.empty(), part.start());
      assertEquals(Optional.of("b"), part.recreated());
      part.line("3");
      part.finish();
    }
    assertEquals(List.of("3"), lines(file));
  }

  private static PartFile open(Path file, String origin, Duration noteEvery) throws IOException {
    return PartFile.open(file, origin, Map.of(), noteEvery);
  }

  private static void cut(Path file) throws IOException {
    try (PartFile cut = open(file, "o", ALWAYS)) {
      cut.startOver();
      cut.line("1");
      cut.reached(Cursor.of("c1"));
    }
  }

  private static void startsOver(Path file, String origin) throws IOException {
    try (PartFile part = open(file, origin, ALWAYS)) {
      assertEquals(Optional.empty(), part.start());
      part.line("2");
      part.finish();
    }
    assertEquals(List.of("2"), lines(file));
  }

  private static List<String> names(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static List<String> lines(Path file) throws IOException {
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw;
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }
}
