package dev.aether.client.actor;

import dev.aether.client.Snapshot;

/**
 * Hears of what goes wrong beside the commands, which it doesn't make fail. Called by any thread;
 * it must not wait. What it throws is logged.
 */
public interface ActorsListener {
  /**
   * A snapshot was not saved. That it was outdated meanwhile is no failure.
   *
   * @param actorId the actor
   * @param version the snapshot's version
   * @param failure why
   */
  default void onSnapshotFailed(String actorId, long version, Throwable failure) {}

  /**
   * A stored snapshot can't be used: newer or older code wrote it. The actor is read from its first
   * event instead.
   *
   * @param snapshot as it is stored
   * @param why what its codec says of it
   */
  default void onSnapshotUnreadable(Snapshot snapshot, RuntimeException why) {}

  /** Logs the first of each kind as a warning, and what follows for those who look closer. */
  static ActorsListener logging() {
    return new LoggingListener();
  }
}
