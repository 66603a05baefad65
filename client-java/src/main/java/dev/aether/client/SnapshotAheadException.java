package dev.aether.client;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The snapshot's version is above the actor's latest version; nothing was stored. */
public final class SnapshotAheadException extends AetherException {
  private final long currentVersion;

  /** Creates the exception; public only for tests of code that handles it. */
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
