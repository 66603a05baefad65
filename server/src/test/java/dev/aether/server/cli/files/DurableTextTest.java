package dev.aether.server.cli.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableTextTest {
  @Test
  void theLastTextIsThereAndNothingBesideIt(@TempDir Path folder) throws IOException {
    DurableText text = new DurableText(folder.resolve("f"));
    assertEquals(Optional.empty(), text.read());

    text.write("a longer one");
    text.write("é");

    assertEquals(Optional.of("é"), text.read());
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
    text.delete();
    text.delete();
    assertEquals(Optional.empty(), text.read());
  }
}
