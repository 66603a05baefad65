package dev.aether.server.embedded;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
  private static final Duration START_BOUND = Duration.ofSeconds(60);

  /** Asks again and again whether a folder is in use, as {@code aether doctor} does. */
  static final class Asking {
    private Asking() {}

    public static void main(String[] args) throws Exception {
      Path data = Path.of(args[0]);
      boolean wasInUse = DataFolder.isInUse(data);
      Files.writeString(Path.of(args[1]), "" + wasInUse);
      while (true) {
        wasInUse |= DataFolder.isInUse(data);
      }
    }
  }

  @Test
  void whoAsksWhetherAFolderIsInUseDoesNotKeepANodeFromStarting(@TempDir Path folder)
      throws Exception {
    Path data = folder.resolve("data");
    DataFolder.open(data).close();
    Path asking = folder.resolve("asking");
    Process other =
        new ProcessBuilder(
                ChildJvm.command(
                    List.of("-Xmx64m"), Asking.class, data.toString(), asking.toString()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    try {
      Await.until("the other process", START_BOUND, () -> Files.exists(asking));
      for (int i = 0; i < 200; i++) {
        DataFolder.open(data).close();
      }
      assertTrue(other.isAlive(), Files.readString(folder.resolve("log")));
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aFolderIsInUseUntilItIsClosed(@TempDir Path data) {
    assertFalse(DataFolder.isInUse(data));
    try (DataFolder folder = DataFolder.open(data)) {
      assertTrue(DataFolder.isInUse(folder.path()));
    }
    assertFalse(DataFolder.isInUse(data));
  }
}
