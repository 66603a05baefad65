package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A newer snapshot of the actor is stored and was not replaced. */
public final class SnapshotOutdatedException extends AetherException {
  private final long storedVersion;

  /** Creates the exception; public only for tests of code that handles it. */
  public SnapshotOutdatedException(
      String message, Map<String, String> metadata, long storedVersion, @Nullable Throwable cause) {
    super(Reason.SNAPSHOT_OUTDATED, message, metadata, cause);
    this.storedVersion = storedVersion;
  }

  /** The version of the stored snapshot. */
  public long storedVersion() {
    return storedVersion;
  }
}
