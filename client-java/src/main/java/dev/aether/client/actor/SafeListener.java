package dev.aether.client.actor;

import dev.aether.client.Snapshot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs the exceptions of another listener. */
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
      LOG.error("an ActorsListener threw an exception", e);
    }
  }
}
