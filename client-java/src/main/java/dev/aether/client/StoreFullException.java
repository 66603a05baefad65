package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The store has no room; nothing was stored. Waiting does not help: somebody has to make room. */
public final class StoreFullException extends AetherException {

  public StoreFullException(
      String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(Reason.STORE_FULL, message, metadata, cause);
  }
}
