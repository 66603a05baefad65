package dev.aether.server.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The terminal of this process. */
final class ProcessTerminal {
  private ProcessTerminal() {}

  static Terminal open() {
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    return new Terminal(
        in(), new FileOutputStream(FileDescriptor.out), err, ProcessTerminal::isScreen);
  }

  /**
   * A JVM that is started with a closed standard input opens its own classes as file 0, which a
   * command would then read.
   */
  private static InputStream in() {
    Path classes = Path.of(System.getProperty("java.home"), "lib", "modules");
    try {
      return Files.isSameFile(Path.of("/dev/fd/0"), classes) ? new ClosedInput() : System.in;
    } catch (IOException e) {
      return System.in; // The system or the JDK is different, and so is file 0.
    }
  }

  private static final class ClosedInput extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("standard input is closed");
    }
  }

  /** Asks a shell, since the JDK cannot tell. */
  private static boolean isScreen(int file) {
    try {
      Process test =
          new ProcessBuilder("sh", "-c", "test -t " + file)
              .redirectOutput(Redirect.INHERIT)
              .redirectError(Redirect.INHERIT)
              .start();
      return test.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
