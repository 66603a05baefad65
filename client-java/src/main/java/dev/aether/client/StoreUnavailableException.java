package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The server can't reach its store ({@link Reason#STORE_UNAVAILABLE}) or is stopping ({@link
 * Reason#SHUTTING_DOWN}), for longer than the deadline allowed; nothing was stored.
 */
public final class StoreUnavailableException extends AetherException {
  public StoreUnavailableException(
      Reason reason, String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(reason, message, metadata, cause);
  }
}
