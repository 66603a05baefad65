package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A retention rule trimmed events that were asked for. */
public final class HistoryTrimmedException extends AetherException {
  public HistoryTrimmedException(
      String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(Reason.HISTORY_TRIMMED, message, metadata, cause);
  }

  /** What is still there begins here, as the server says it; empty if it does not say. */
  public String firstAvailable() {
    return metadata().getOrDefault("first_available", "");
  }
}
