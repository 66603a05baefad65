package dev.aether.client.actor;

import dev.aether.client.Snapshot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Another listener whose exceptions go no further than the log. */
record SafeListener(ActorsListener listener) implements ActorsListener {
  private static final Logger LOG = LoggerFactory.getLogger(ActorsListener.class);

  @Override
  public void onSnapshotFailed(String actorId, long version, Throwable failure) {
    guard(() -> listener.onSnapshotFailed(actorId, version, failure));
  }

  @Override
  public void onSnapshotUnreadable(Snapshot snapshot, RuntimeException why) {
    guard(() -> listener.onSnapshotUnreadable(snapshot, why));
  }

  private static void guard(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      LOG.error("a listener of actors failed", e);
    }
  }
}
