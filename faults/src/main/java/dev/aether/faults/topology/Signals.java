package dev.aether.faults.topology;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Sends signals to processes. */
final class Signals {
  private Signals() {}

  /** Sends a signal such as STOP, and returns whether there was such a process. */
  static boolean send(String signal, long pid) {
    try {
      return new ProcessBuilder("kill", "-" + signal, Long.toString(pid))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sending a signal", e);
    }
  }
}
