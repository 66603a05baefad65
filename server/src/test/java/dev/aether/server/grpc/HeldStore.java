package dev.aether.server.grpc;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Durability;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Holds every save until the test answers it. */
final class HeldStore implements EventStore, Store {
  final List<CompletableFuture<Saved>> held = Collections.synchronizedList(new ArrayList<>());

  /** The requests to which these belong. */
  final List<Save> saves = Collections.synchronizedList(new ArrayList<>());

  @Override
  public CompletableFuture<Saved> save(Save save) {
    CompletableFuture<Saved> answer = new CompletableFuture<>();
    saves.add(save);
    held.add(answer);
    return answer;
  }

  void answer(int which) {
    held.get(which)
        .complete(new Saved(1, 1, 0, which, false, new Durability(1, Durability.Sync.UNKNOWN)));
  }

  void fail(int which, Throwable why) {
    held.get(which).completeExceptionally(why);
  }

  @Override
  public EventStore events() {
    return this;
  }

  @Override
  public Actors actors() {
    throw new AssertionError("not asked for");
  }

  @Override
  public Snapshots snapshots() {
    throw new AssertionError("not asked for");
  }

  @Override
  public CommitLog log() {
    throw new AssertionError("not asked for");
  }

  @Override
  public Broadcasts broadcasts() {
    throw new AssertionError("not asked for");
  }

  @Override
  public Namespaces namespaces() {
    throw new AssertionError("not asked for");
  }

  @Override
  public Duration silence() {
    return Duration.ZERO;
  }

  @Override
  public Optional<String> outage() {
    return Optional.empty();
  }

  @Override
  public void close() {}

  @Override
  public ActorReader read(ActorRange range) {
    throw new AssertionError("not asked for");
  }

  @Override
  public ActorReader readIncarnation(String incarnation, ActorRange range) {
    throw new AssertionError("not asked for");
  }

  @Override
  public CompletableFuture<ActorVersions> versions(Namespace namespace, ActorId actor) {
    throw new AssertionError("not asked for");
  }
}
