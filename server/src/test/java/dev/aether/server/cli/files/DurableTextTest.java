package dev.aether.server.cli.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

  @Test
  void whatIsNoFileIsNotReplacedAndALinkStaysOne(@TempDir Path folder) throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("file"));
    Files.createFile(folder.resolve("file"));

    assertThrows(IOException.class, () -> new DurableText(pipe).read());
    assertThrows(IOException.class, () -> new DurableText(pipe).write("text"));
    new DurableText(link).write("text");

    assertTrue(Files.isSymbolicLink(link));
    assertEquals("text", Files.readString(folder.resolve("file")));
    assertFalse(Files.isRegularFile(pipe));
  }
}
