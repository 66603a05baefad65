package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A retention rule trimmed the commits after the cursor. The reader has to start from a snapshot or
 * from the first commit that is still stored.
 */
public final class CursorExpiredException extends AetherException {

  /** Creates the exception; public only for tests of code that handles it. */
  public CursorExpiredException(
      String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(Reason.CURSOR_EXPIRED, message, metadata, cause);
  }

  /** The first position that is still available, as the server reports it; empty if it does not. */
  public String firstAvailable() {
    return metadata().getOrDefault("first_available", "");
  }
}
