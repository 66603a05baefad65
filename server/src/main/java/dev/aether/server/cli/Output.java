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
   */
  void line(String text) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.write('\n');
    } catch (IOException e) {
      throw new OutputClosedException(e);
    }
  }

  /**
   * Writes what was held back.
   *
   * @throws OutputClosedException when the reader has gone
   */
  void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new OutputClosedException(e);
    }
  }
}
