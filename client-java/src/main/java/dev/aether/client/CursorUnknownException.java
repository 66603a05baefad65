package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cursor is damaged, another pattern's or beyond the log's end: the reader has to start over.
 */
public final class CursorUnknownException extends AetherException {
  CursorUnknownException(String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(Reason.CURSOR_UNKNOWN, message, metadata, cause);
  }
}
