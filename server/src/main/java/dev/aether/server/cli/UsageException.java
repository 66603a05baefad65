package dev.aether.server.cli;

/** The options of a command are invalid or cannot be used together. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
