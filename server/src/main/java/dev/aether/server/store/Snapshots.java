package dev.aether.server.store;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import dev.aether.v1.Snapshot;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keeps at most one snapshot of each actor. No method blocks; futures fail with a {@link
 * dev.aether.server.event.StoreException}. For any number of threads.
 */
public interface Snapshots {
  /**
   * A snapshot that is kept.
   *
   * @param incarnation the incarnation of the namespace that it belongs to
   */
  record Kept(Snapshot snapshot, String incarnation) {}

  /**
   * Stores a snapshot, unless its version is above the actor's or below the stored snapshot's.
   * Never makes a namespace. Doing it again is harmless.
   *
   * @param snapshot checked and complete
   * @param deadline when the answer must have left, as {@link System#nanoTime}
   */
  CompletableFuture<@Nullable Void> save(Namespace namespace, Snapshot snapshot, long deadline);

  /**
   * The actor's snapshot. Sees every save that was acknowledged, on any node, before the call.
   * Fails with CorruptRecord if it can't be decoded.
   */
  CompletableFuture<Optional<Kept>> latest(Namespace namespace, ActorId actor);

  /**
   * Sees to it that the actor has no snapshot, not even one that can't be decoded. Doing it again
   * is harmless.
   *
   * @param deadline when the answer must have left, as {@link System#nanoTime}
   */
  CompletableFuture<@Nullable Void> delete(Namespace namespace, ActorId actor, long deadline);
}
