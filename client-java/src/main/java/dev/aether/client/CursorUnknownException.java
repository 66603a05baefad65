package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cursor is damaged, belongs to another pattern or is beyond the end of the log, or the store
 * has lost the commit that it refers to, for example because it was restored from an older copy.
 * The reader has to start over.
 */
public final class CursorUnknownException extends AetherException {
  /** Creates the exception; public only for tests of code that handles it. */
  public CursorUnknownException(
      String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(Reason.CURSOR_UNKNOWN, message, metadata, cause);
  }
}
