package dev.aether.server.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TetheredProcessTest {
  private static final Duration GRACE = Duration.ofSeconds(1);

  @Test
  void aProgramThatEndsAtOnceStillHasAnExitCode(@TempDir Path folder) throws Exception {
    for (int i = 0; i < 20; i++) {
      TetheredProcess program =
          TetheredProcess.start(
              List.of("/bin/sh", "-c", "exit 3"), folder.resolve("output"), GRACE);
      assertEquals(3, program.awaitExit());
      assertFalse(program.isAlive());
      assertFalse(program.isProgramRunning());
    }
  }
}
