package dev.aether.client.actor;

import dev.aether.client.AsyncAetherClient;
import dev.aether.client.CallSettings;
import dev.aether.client.Snapshot;
import dev.aether.client.SnapshotOutdatedException;
import dev.aether.client.internal.calls.Futures;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Saves snapshots when their rule says so. Commands neither wait for a snapshot nor fail with it.
 * Safe for use by many threads.
 */
final class SnapshotSaver {
  /**
   * Maximum number of snapshots being saved at once; others are skipped until the next one is due.
   */
  static final int MAX_AT_ONCE = 16;

  private final AsyncAetherClient client;
  private final Semaphore free = new Semaphore(MAX_AT_ONCE);

  SnapshotSaver(AsyncAetherClient client) {
    this.client = client;
  }

  /** Called after a save, with the version before it and the actor after it. */
  <S> void saved(
      ActorType.Snapshots<S> snapshots,
      long before,
      Loaded<S> now,
      CallSettings settings,
      ActorsListener listener) {
    CompletableFuture<?> unused =
        CompletableFuture.completedFuture(now)
            .thenCompose(
                actor ->
                    snapshots.rule().isDue(before, actor.version())
                        ? save(snapshots, actor, settings)
                        : CompletableFuture.<@Nullable Void>completedFuture(null))
            .whenComplete((nothing, thrown) -> tell(now, thrown, listener));
  }

  private <S> CompletableFuture<@Nullable Void> save(
      ActorType.Snapshots<S> snapshots, Loaded<S> actor, CallSettings settings) {
    if (!free.tryAcquire()) {
      throw new RejectedExecutionException(MAX_AT_ONCE + " snapshots are already being saved");
    }
    return CompletableFuture.completedFuture(actor)
        .thenCompose(due -> client.saveSnapshot(encoded(snapshots, due), settings))
        .whenComplete((nothing, thrown) -> free.release());
  }

  private static <S> Snapshot encoded(ActorType.Snapshots<S> snapshots, Loaded<S> actor) {
    return Snapshot.builder(
            actor.actorId(), actor.version(), snapshots.codec().encode(actor.state()))
        .contentType(snapshots.codec().contentType())
        .build();
  }

  private static void tell(Loaded<?> actor, @Nullable Throwable thrown, ActorsListener listener) {
    if (thrown == null) {
      return;
    }
    Throwable cause = Futures.cause(thrown);
    if (!(cause instanceof SnapshotOutdatedException)) {
      listener.onSnapshotFailed(actor.actorId(), actor.version(), cause);
    }
  }
}
