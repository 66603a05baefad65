package dev.aether.server.cli;

import java.io.IOException;

/** Whoever read standard output has seen enough. No failure: {@code … | head} is meant so. */
final class OutputClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutputClosedException(IOException cause) {
    super(cause);
  }
}
