package dev.aether.client;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The server was at one of its limits for longer than the deadline allowed; nothing was stored. */
public final class OverloadedException extends AetherException {
  private final Duration retryAfter;

  /** Creates the exception; public only for tests of code that handles it. */
  public OverloadedException(
      String message,
      Map<String, String> metadata,
      Duration retryAfter,
      @Nullable Throwable cause) {
    super(Reason.OVERLOADED, message, metadata, cause);
    this.retryAfter = retryAfter;
  }

  /** How long to wait before the next attempt; zero if the server does not say. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
