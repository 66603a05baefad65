package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cursor is damaged, another pattern's or beyond the log's end, or the store has lost the
 * commit that it stands on, as a store that was restored from an older copy has: the reader has to
 * start over.
 */
public final class CursorUnknownException extends AetherException {
  public CursorUnknownException(
      String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(Reason.CURSOR_UNKNOWN, message, metadata, cause);
  }
}
