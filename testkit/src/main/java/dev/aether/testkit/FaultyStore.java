package dev.aether.testkit;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.ActorVersions;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.ForwardingStore;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import dev.aether.server.store.Store;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Wraps a store and applies the next fault to each save. It does so at the store rather than in
 * gRPC, because single saves and saves of a stream meet here, and injected answers take the same
 * path as real ones.
 */
final class FaultyStore extends ForwardingStore implements EventStore {
  private final EventStore events;
  private final Supplier<SaveFault> next;

  /**
   * Creates the store.
   *
   * @param next returns the fault for a save; called once per save
   */
  FaultyStore(Store store, Supplier<SaveFault> next) {
    super(store);
    this.events = store.events();
    this.next = next;
  }

  @Override
  public CompletableFuture<Saved> save(Save save) {
    return next.get().save(save, events);
  }

  @Override
  public int maxCommitBytes() {
    return events.maxCommitBytes();
  }

  @Override
  public ActorReader read(ActorRange range) {
    return events.read(range);
  }

  @Override
  public ActorReader readIncarnation(String incarnation, ActorRange range) {
    return events.readIncarnation(incarnation, range);
  }

  @Override
  public CompletableFuture<ActorVersions> versions(Namespace namespace, ActorId actor) {
    return events.versions(namespace, actor);
  }

  @Override
  public EventStore events() {
    return this;
  }
}
