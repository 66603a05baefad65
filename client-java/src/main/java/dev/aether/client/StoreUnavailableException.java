package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The server could not reach its store ({@link Reason#STORE_UNAVAILABLE}) or was stopping ({@link
 * Reason#SHUTTING_DOWN}) for longer than the deadline allowed; nothing was stored.
 */
public final class StoreUnavailableException extends AetherException {
  /** Creates the exception; public only for tests of code that handles it. */
  public StoreUnavailableException(
      Reason reason, String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(reason, message, metadata, cause);
  }
}
