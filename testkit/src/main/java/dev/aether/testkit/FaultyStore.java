package dev.aether.testkit;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.ActorVersions;
import dev.aether.server.store.Actors;
import dev.aether.server.store.Broadcasts;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import dev.aether.server.store.Snapshots;
import dev.aether.server.store.Store;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A real store with a fault at its door: each save meets the next one. Here rather than in gRPC,
 * since a save by itself and one of a stream come together here, and what is answered goes through
 * all that a real fault's answer goes through.
 */
final class FaultyStore implements Store, EventStore {
  private final Store store;
  private final Supplier<SaveFault> next;

  /**
   * @param next asked once for each save
   */
  FaultyStore(Store store, Supplier<SaveFault> next) {
    this.store = store;
    this.next = next;
  }

  @Override
  public CompletableFuture<Saved> save(Save save) {
    try {
      return next.get().save(save, store.events());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e); // Of the test's own function.
    }
  }

  @Override
  public ActorReader read(ActorRange range) {
    return store.events().read(range);
  }

  @Override
  public ActorReader readMaking(String incarnation, ActorRange range) {
    return store.events().readMaking(incarnation, range);
  }

  @Override
  public CompletableFuture<ActorVersions> versions(Namespace namespace, ActorId actor) {
    return store.events().versions(namespace, actor);
  }

  @Override
  public EventStore events() {
    return this;
  }

  @Override
  public Snapshots snapshots() {
    return store.snapshots();
  }

  @Override
  public Actors actors() {
    return store.actors();
  }

  @Override
  public CommitLog log() {
    return store.log();
  }

  @Override
  public Broadcasts broadcasts() {
    return store.broadcasts();
  }

  @Override
  public Namespaces namespaces() {
    return store.namespaces();
  }

  @Override
  public Duration silence() {
    return store.silence();
  }

  @Override
  public Optional<String> outage() {
    return store.outage();
  }

  @Override
  public void close() {
    store.close();
  }
}
