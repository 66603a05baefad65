package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The client was closed while the call was in progress. If a save throws it, nothing was stored; a
 * save that may have been stored throws {@link OutcomeUnknownException} with this exception as its
 * cause. Calls on a closed client throw {@link IllegalStateException}.
 */
public final class ClientClosedException extends AetherException {
  /** Creates the exception; public only for tests of code that handles it. */
  public ClientClosedException(Map<String, String> metadata, @Nullable Throwable cause) {
    super(Reason.CLIENT_CLOSED, "the client was closed", metadata, cause);
  }
}
