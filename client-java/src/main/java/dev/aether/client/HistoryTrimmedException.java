package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A retention rule trimmed what was asked for: {@link Reason#HISTORY_TRIMMED} for an actor's
 * events, {@link Reason#CURSOR_EXPIRED} for a cursor.
 */
public final class HistoryTrimmedException extends AetherException {
  HistoryTrimmedException(
      Reason reason, String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(reason, message, metadata, cause);
  }

  /** What is still there begins here, as the server says it; empty if it does not say. */
  public String firstAvailable() {
    return metadata().getOrDefault("first_available", "");
  }
}
