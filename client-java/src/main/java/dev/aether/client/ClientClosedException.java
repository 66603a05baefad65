package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@link AetherClient#close()} ended the call while it was under way. From a save it means that the
 * save was not stored; a save that may be stored gives {@link OutcomeUnknownException}, with this
 * as its cause. A call that begins afterwards throws {@link IllegalStateException}.
 */
public final class ClientClosedException extends AetherException {
  public ClientClosedException(Map<String, String> metadata, @Nullable Throwable cause) {
    super(Reason.CLIENT_CLOSED, "the client was closed", metadata, cause);
  }
}
