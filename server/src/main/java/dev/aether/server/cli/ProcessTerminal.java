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

/** The terminal that this process was started on. */
final class ProcessTerminal {
  private ProcessTerminal() {}

  static Terminal open() {
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    return new Terminal(
        in(), new FileOutputStream(FileDescriptor.out), err, ProcessTerminal::errIsScreen);
  }

  /**
   * A JVM that is started with its standard input closed opens its own classes as file 0, and a
   * command would read those.
   */
  private static InputStream in() {
    Path classes = Path.of(System.getProperty("java.home"), "lib", "modules");
    try {
      return Files.isSameFile(Path.of("/dev/fd/0"), classes) ? new ClosedInput() : System.in;
    } catch (IOException e) {
      return System.in; // No such system, or no such JDK.
    }
  }

  private static final class ClosedInput extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("standard input is closed");
    }
  }

  /** The JDK doesn't tell, a shell does. */
  private static boolean errIsScreen() {
    try {
      Process test =
          new ProcessBuilder("sh", "-c", "test -t 2").redirectError(Redirect.INHERIT).start();
      return test.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
