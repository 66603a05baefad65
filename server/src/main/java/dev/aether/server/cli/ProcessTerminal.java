package dev.aether.server.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;

/** The terminal that this process was started on. */
final class ProcessTerminal {
  private ProcessTerminal() {}

  static Terminal open() {
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    return new Terminal(
        System.in, new FileOutputStream(FileDescriptor.out), err, ProcessTerminal::errIsScreen);
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
