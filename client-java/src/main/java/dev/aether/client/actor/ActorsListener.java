package dev.aether.client.actor;

import dev.aether.client.Snapshot;

/**
 * Is told about failures that do not make commands fail. Called by any thread; it must not block.
 * Its exceptions are logged.
 */
public interface ActorsListener {
  /**
   * A snapshot could not be saved. Not called if a newer snapshot was stored already.
   *
   * @param actorId the actor
   * @param version the snapshot's version
   * @param failure why
   */
  default void onSnapshotFailed(String actorId, long version, Throwable failure) {}

  /**
   * A stored snapshot cannot be used, because newer or older code wrote it. The actor is read from
   * its first event instead.
   *
   * @param snapshot the stored snapshot
   * @param why the exception of its codec
   */
  default void onSnapshotUnreadable(Snapshot snapshot, RuntimeException why) {}

  /** Logs the first failure of each kind as a warning, and later ones at debug level. */
  static ActorsListener logging() {
    return new LoggingListener();
  }
}
