package dev.aether.examples.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class TemporaryFolderTest {

  @Test
  void itEndsWhatWorksInItTheLatestFirstAndGoesWithAllThatIsInIt() throws IOException {
    TemporaryFolder folder = TemporaryFolder.make("aether-test-");
    List<String> ended = new ArrayList<>();
    TemporaryFolder.User unused = folder.with(() -> ended.add("server"));
    TemporaryFolder.User unused2 = folder.with(() -> ended.add("client"));
    Files.writeString(Files.createDirectory(folder.path().resolve("within")).resolve("a"), "a");

    folder.close();
    folder.close();

    assertEquals(List.of("client", "server"), ended);
    assertFalse(Files.exists(folder.path()));
    assertThrows(IllegalStateException.class, () -> folder.with(() -> ended.add("late")));
    assertEquals(List.of("client", "server", "late"), ended);
  }

  @Test
  void whatIsKeptStays() throws IOException {
    TemporaryFolder folder = TemporaryFolder.make("aether-test-");
    folder.keep();

    folder.close();

    Files.delete(folder.path());
  }

  @Test
  void aSignalRemovesItThoughItWasToBeKept() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Waits.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = process.inputReader()) {
      Path folder = Path.of(said.readLine());
      assertTrue(Files.exists(folder.resolve("a")));

      // SIGTERM. Process.destroy() would also close the input, which lets the program end first.
      process.toHandle().destroy();

      assertEquals(128 + 15, process.waitFor());
      assertFalse(Files.exists(folder));
    } finally {
      process.destroyForcibly();
    }
  }

  /** A program with a folder that waits for a signal. */
  static final class Waits {
    private Waits() {}

    /** Prints the path of its folder. */
    public static void main(String[] args) throws IOException {
      TemporaryFolder folder = TemporaryFolder.make("aether-test-");
      folder.keep();
      Files.writeString(folder.path().resolve("a"), "a");
      System.out.println(folder.path());
      int unused = System.in.read();
    }
  }
}
