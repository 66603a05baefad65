package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the cursor stands before was trimmed by a retention rule: the reader has to begin at a
 * snapshot or at what is left.
 */
public final class CursorExpiredException extends AetherException {

  public CursorExpiredException(
      String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(Reason.CURSOR_EXPIRED, message, metadata, cause);
  }

  /** What is still there begins here, as the server says it; empty if it does not say. */
  public String firstAvailable() {
    return metadata().getOrDefault("first_available", "");
  }
}
