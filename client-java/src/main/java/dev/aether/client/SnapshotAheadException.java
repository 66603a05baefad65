package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The snapshot's version is above the actor's latest; nothing was stored. */
public final class SnapshotAheadException extends AetherException {
  private final long currentVersion;

  public SnapshotAheadException(
      String message,
      Map<String, String> metadata,
      long currentVersion,
      @Nullable Throwable cause) {
    super(Reason.SNAPSHOT_AHEAD, message, metadata, cause);
    this.currentVersion = currentVersion;
  }

  /** The actor's latest version. */
  public long currentVersion() {
    return currentVersion;
  }
}
