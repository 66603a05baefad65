package dev.aether.server.store;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import dev.aether.v1.Snapshot;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Stores at most one snapshot per actor. No method blocks; futures fail with a {@link
 * dev.aether.server.event.StoreException}. Thread-safe.
 */
public interface Snapshots {
  /**
   * A stored snapshot.
   *
   * @param incarnation the incarnation of the namespace that it belongs to
   */
  record Kept(Snapshot snapshot, String incarnation) {}

  /**
   * Stores a snapshot, unless its version is higher than the actor's or lower than that of the
   * stored snapshot. Never creates a namespace. Repeating the call is harmless.
   *
   * @param snapshot a validated, complete snapshot
   * @param deadline when the response must have been sent, as {@link System#nanoTime}
   */
  CompletableFuture<@Nullable Void> save(Namespace namespace, Snapshot snapshot, long deadline);

  /**
   * The actor's snapshot. Sees every save that any node acknowledged before the call. Fails with
   * CORRUPT_RECORD if it cannot be decoded.
   */
  CompletableFuture<Optional<Kept>> latest(Namespace namespace, ActorId actor);

  /**
   * Deletes the actor's snapshot if it has one, even one that cannot be decoded. Repeating the call
   * is harmless.
   *
   * @param deadline when the response must have been sent, as {@link System#nanoTime}
   */
  CompletableFuture<@Nullable Void> delete(Namespace namespace, ActorId actor, long deadline);
}
