package dev.aether.server.cli;

import java.io.IOException;

/**
 * The reader of standard output has gone. This is not a failure: {@code … | head} does it on
 * purpose.
 */
final class OutputClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutputClosedException(IOException cause) {
    super(cause);
  }
}
