package dev.aether.server.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NatsServerScriptTest {
  private static Path inside(Path repository, String script) throws IOException {
    Path file = repository.resolve("dev/nats-server");
    Files.createDirectories(repository.resolve("dev"));
    Files.writeString(file, "#!/bin/sh\n" + script);
    assertTrue(file.toFile().setExecutable(true));
    return Files.createDirectories(repository.resolve("module/src"));
  }

  @Test
  void itIsFoundFromAnyFolderOfTheRepository(@TempDir Path repository) throws IOException {
    Path inside = inside(repository, "echo /some/nats-server");
    assertEquals(Path.of("/some/nats-server"), NatsServerScript.ask(inside));
    assertEquals(Path.of("/some/nats-server"), NatsServerScript.ask(repository));
  }

  @Test
  void whereItGetsNoneNorIsThereIsSaid(@TempDir Path repository) throws IOException {
    assertThrows(EmbeddedNatsException.class, () -> NatsServerScript.ask(repository));
    Path inside = inside(repository, "echo /half/a/path; exit 1");
    assertThrows(EmbeddedNatsException.class, () -> NatsServerScript.ask(inside));
  }
}
