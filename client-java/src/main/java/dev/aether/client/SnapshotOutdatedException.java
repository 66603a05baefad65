package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A newer snapshot of the actor is stored; it stays. */
public final class SnapshotOutdatedException extends AetherException {
  private final long storedVersion;

  public SnapshotOutdatedException(
      String message, Map<String, String> metadata, long storedVersion, @Nullable Throwable cause) {
    super(Reason.SNAPSHOT_OUTDATED, message, metadata, cause);
    this.storedVersion = storedVersion;
  }

  /** The version of the snapshot that is stored. */
  public long storedVersion() {
    return storedVersion;
  }
}
