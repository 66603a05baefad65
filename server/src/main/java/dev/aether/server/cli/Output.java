package dev.aether.server.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes lines to standard output. Unlike a PrintStream it reports when the reader has gone. Not
 * thread-safe.
 */
final class Output {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final OutputStream out;

  Output(OutputStream out) {
    this.out = new BufferedOutputStream(out, BUFFER_BYTES);
  }

  /**
   * Writes a line, now or with a later {@link #flush}.
   *
   * @throws OutputClosedException if the reader has gone
   * @throws CommandFailedException if writing fails, for example because the disk is full
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
   * Writes what is buffered.
   *
   * @throws OutputClosedException if the reader has gone
   * @throws CommandFailedException if writing fails, for example because the disk is full
   */
  void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /**
   * The JDK distinguishes the causes only by the system's message; "pipe is being closed" is from
   * Windows.
   */
  private static RuntimeException failure(IOException e) {
    String reason = String.valueOf(e.getMessage());
    boolean readerHasGone = reason.contains("Broken pipe") || reason.contains("pipe is being");
    return readerHasGone
        ? new OutputClosedException(e)
        : new CommandFailedException("cannot write to standard output: " + reason, e);
  }
}
