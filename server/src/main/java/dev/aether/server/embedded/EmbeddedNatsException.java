package dev.aether.server.embedded;

import java.util.Objects;

/**
 * The private nats-server cannot be started. The message is for the person who started Aether: it
 * says what was found, what is needed and what to do.
 */
public final class EmbeddedNatsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EmbeddedNatsException(String message) {
    super(message);
  }

  EmbeddedNatsException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The message, which is never null. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
