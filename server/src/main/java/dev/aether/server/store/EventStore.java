package dev.aether.server.store;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import java.util.concurrent.CompletableFuture;

/**
 * Saves and reads actors' histories. No method blocks; all futures fail with a {@link
 * dev.aether.server.event.StoreException} and complete before the deadline of the call where there
 * is one. For any number of threads.
 */
public interface EventStore {
  /**
   * Stores a commit if the actor is as expected. Saves of one actor are answered in the order in
   * which they were handed in here.
   */
  CompletableFuture<Saved> save(Save save);

  /**
   * Reads an actor. Sees every save that was acknowledged, on any node, before the first page was
   * asked for.
   */
  ActorReader read(ActorRange range);

  /**
   * Reads an actor in one incarnation of its namespace. The first page fails with
   * NAMESPACE_NOT_FOUND if the namespace is another incarnation by then, or gone.
   */
  ActorReader readIncarnation(String incarnation, ActorRange range);

  /** The actor's versions. Sees every save that was acknowledged, on any node, before the call. */
  CompletableFuture<ActorVersions> versions(Namespace namespace, ActorId actor);
}
