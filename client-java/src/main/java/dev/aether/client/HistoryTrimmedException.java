package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A retention rule trimmed the requested events. */
public final class HistoryTrimmedException extends AetherException {
  /** Creates the exception; public only for tests of code that handles it. */
  public HistoryTrimmedException(
      String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(Reason.HISTORY_TRIMMED, message, metadata, cause);
  }

  /** The first version that is still available, as the server reports it; empty if it does not. */
  public String firstAvailable() {
    return metadata().getOrDefault("first_available", "");
  }
}
