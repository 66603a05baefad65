package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stored record cannot be decoded. Reads and subscriptions can be configured to report such
 * records and continue.
 */
public final class CorruptRecordException extends AetherException {
  private final transient ReplayError error;

  /** Creates the exception; public only for tests of code that handles it. */
  public CorruptRecordException(
      String message, Map<String, String> metadata, ReplayError error, @Nullable Throwable cause) {
    super(Reason.CORRUPT_RECORD, message, metadata, cause);
    this.error = error;
  }

  /** The record. */
  public ReplayError error() {
    return error;
  }
}
