package dev.aether.server.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Lines on standard output. Unlike a PrintStream it tells when nobody reads them any more. One
 * thread at a time.
 */
final class Output {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final OutputStream out;

  Output(OutputStream out) {
    this.out = new BufferedOutputStream(out, BUFFER_BYTES);
  }

  /**
   * Writes a line, at once or with a later {@link #flush}.
   *
   * @throws OutputClosedException when the reader has gone
   * @throws CommandFailedException when it can't be written, to a full disk for example
   */
  void line(String text) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.write('\n');
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /**
   * Writes what was held back.
   *
   * @throws OutputClosedException when the reader has gone
   * @throws CommandFailedException when it can't be written, to a full disk for example
   */
  void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /** The JDK tells them apart by the system's words only; "pipe is being closed" is Windows'. */
  private static RuntimeException failure(IOException e) {
    String reason = String.valueOf(e.getMessage());
    boolean readerHasGone = reason.contains("Broken pipe") || reason.contains("pipe is being");
    return readerHasGone
        ? new OutputClosedException(e)
        : new CommandFailedException("standard output can't be written: " + reason, e);
  }
}
