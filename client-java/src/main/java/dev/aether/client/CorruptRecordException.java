package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A stored record can't be decoded. Reads and subscriptions can be told to report it and go on. */
public final class CorruptRecordException extends AetherException {
  private final transient ReplayError error;

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
