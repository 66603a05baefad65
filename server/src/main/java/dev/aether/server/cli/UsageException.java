package dev.aether.server.cli;

/** The flags of a command make no sense together or can't be used as given. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
