package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The store is full; nothing was stored. Waiting does not help: an operator has to make room. */
public final class StoreFullException extends AetherException {

  /** Creates the exception; public only for tests of code that handles it. */
  public StoreFullException(
      String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(Reason.STORE_FULL, message, metadata, cause);
  }
}
