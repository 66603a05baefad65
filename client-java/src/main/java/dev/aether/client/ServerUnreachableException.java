package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * No server can be reached, or the connection broke during a read or a subscription. If a save
 * throws it, the save was never sent; a save that may have been sent throws {@link
 * OutcomeUnknownException}.
 */
public final class ServerUnreachableException extends AetherException {
  /** Creates the exception; public only for tests of code that handles it. */
  public ServerUnreachableException(
      String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(Reason.UNREACHABLE, message, metadata, cause);
  }
}
