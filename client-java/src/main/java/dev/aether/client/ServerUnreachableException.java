package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * No server can be reached, or the connection broke during a read or a subscription. From a save it
 * means that the save was never sent; a save that may have been sent gives {@link
 * OutcomeUnknownException}.
 */
public final class ServerUnreachableException extends AetherException {
  public ServerUnreachableException(
      String message, Map<String, String> metadata, @Nullable Throwable cause) {
    super(Reason.UNREACHABLE, message, metadata, cause);
  }
}
