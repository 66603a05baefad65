package dev.aether.server.store;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Limits;
import dev.aether.server.event.Namespace;
import java.util.concurrent.CompletableFuture;

/**
 * Saves and reads the histories of actors. No method blocks; all futures fail with a {@link
 * dev.aether.server.event.StoreException}, and complete before the deadline of the call if it has
 * one. Thread-safe.
 */
public interface EventStore {
  /**
   * Stores a commit if the actor is in the expected state. Saves of one actor are answered in the
   * order of the calls.
   */
  CompletableFuture<Saved> save(Save save);

  /** The size of the largest encoded commit that can be stored, in bytes. */
  default int maxCommitBytes() {
    return Limits.COMMIT_BYTES;
  }

  /**
   * Reads an actor. Sees every save that any node acknowledged before the first page was requested.
   */
  ActorReader read(ActorRange range);

  /**
   * Reads an actor in one incarnation of its namespace. The first page fails with
   * NAMESPACE_NOT_FOUND if that incarnation was deleted.
   */
  ActorReader readIncarnation(String incarnation, ActorRange range);

  /** The actor's versions. Sees every save that any node acknowledged before the call. */
  CompletableFuture<ActorVersions> versions(Namespace namespace, ActorId actor);
}
