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
 * A real store with a fault at its door: each save meets the next one. Here rather than in gRPC,
 * since a save by itself and one of a stream come together here, and what is answered goes through
 * all that a real fault's answer goes through.
 */
final class FaultyStore extends ForwardingStore implements EventStore {
  private final EventStore events;
  private final Supplier<SaveFault> next;

  /**
   * @param next asked once for each save
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
