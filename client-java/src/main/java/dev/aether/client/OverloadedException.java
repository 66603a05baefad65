package dev.aether.client;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A bound of the server was reached, for longer than the deadline allowed; nothing was stored. */
public final class OverloadedException extends AetherException {
  private final Duration retryAfter;

  public OverloadedException(
      String message,
      Map<String, String> metadata,
      Duration retryAfter,
      @Nullable Throwable cause) {
    super(Reason.OVERLOADED, message, metadata, cause);
    this.retryAfter = retryAfter;
  }

  /** How long to wait before the same call; zero if the server does not say. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
