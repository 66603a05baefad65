package dev.aether.client.actor;

import dev.aether.client.Snapshot;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs the first failure of each kind as a warning and the rest at debug level, because every load
 * may fail.
 */
final class LoggingListener implements ActorsListener {
  private static final Logger LOG = LoggerFactory.getLogger(Actors.class);

  private final AtomicBoolean failedBefore = new AtomicBoolean();
  private final AtomicBoolean unreadableBefore = new AtomicBoolean();

  @Override
  public void onSnapshotFailed(String actorId, long version, Throwable failure) {
    LOG.atLevel(level(failedBefore))
        .setCause(failure)
        .log("the snapshot of actor {} at version {} could not be saved", actorId, version);
  }

  @Override
  public void onSnapshotUnreadable(Snapshot snapshot, RuntimeException why) {
    LOG.atLevel(level(unreadableBefore))
        .setCause(why)
        .log(
            "the snapshot of actor {} at version {} cannot be used; reading the actor's events instead",
            snapshot.actorId(),
            snapshot.version());
  }

  private static Level level(AtomicBoolean before) {
    return before.getAndSet(true) ? Level.DEBUG : Level.WARN;
  }
}
