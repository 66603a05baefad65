package dev.aether.server.store.jetstream.snapshot;

import dev.aether.server.concurrent.KeyedSerialExecutor;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Snapshots;
import dev.aether.server.store.jetstream.format.SnapshotMessages;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.wire.SnapshotRecord;
import dev.aether.v1.Snapshot;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Actors' snapshots in JetStream: the last message of a subject of the actor's own, changed by
 * compare-and-set and read from the stream's leader.
 */
public final class JetStreamSnapshots implements Snapshots {
  /** Changes that run or wait on this node. */
  static final int MAX_CHANGES = 4096;

  /** What these may hold together is one part in so many of the heap. */
  private static final int HEAP_SHARE_OF_CHANGES = 16;

  private static final Duration OVERLOAD_RETRY_AFTER = Duration.ofMillis(50);

  private final SnapshotContext tools;

  /** Changes of one actor pass one after another, rather than race on this node. */
  private final KeyedSerialExecutor lanes =
      new KeyedSerialExecutor(
          MAX_CHANGES, Runtime.getRuntime().maxMemory() / HEAP_SHARE_OF_CHANGES);

  private volatile boolean closing;

  public JetStreamSnapshots(SnapshotContext tools) {
    this.tools = tools;
  }

  @Override
  public CompletableFuture<@Nullable Void> save(
      Namespace namespace, Snapshot snapshot, long deadline) {
    int bytes = snapshot.getSerializedSize();
    if (bytes > tools.maxBytes()) {
      return CompletableFuture.failedFuture(
          StoreException.snapshotTooLarge(tools.maxBytes(), bytes));
    }
    ActorId actor = new ActorId(snapshot.getActorId());
    // Three times: the snapshot, its record's bytes, and one that is stored and looked at.
    return change(
        namespace, actor, new SnapshotChange.Put(namespace, actor, snapshot), 3L * bytes, deadline);
  }

  @Override
  public CompletableFuture<@Nullable Void> delete(
      Namespace namespace, ActorId actor, long deadline) {
    return change(namespace, actor, new SnapshotChange.Remove(), 0, deadline);
  }

  private CompletableFuture<@Nullable Void> change(
      Namespace namespace, ActorId actor, SnapshotChange change, long bytes, long deadline) {
    if (closing) {
      return CompletableFuture.failedFuture(StoreException.shuttingDown());
    }
    SnapshotAttempt attempt = new SnapshotAttempt(tools, namespace, actor, change, deadline);
    lanes
        .run(namespace.name() + ' ' + actor.value(), bytes, attempt::start)
        .ifPresent(
            bound -> attempt.refuse(new StoreException.Overloaded(bound, OVERLOAD_RETRY_AFTER)));
    return attempt.answer();
  }

  @Override
  public CompletableFuture<Optional<Kept>> latest(Namespace namespace, ActorId actor) {
    return JetStreamErrors.mapped(
        tools.namespaces().find(namespace).thenCompose(found -> latest(found, actor)));
  }

  private CompletableFuture<Optional<Kept>> latest(
      Optional<Namespaces.Info> namespace, ActorId actor) {
    if (namespace.isEmpty()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    SnapshotMessages messages = SnapshotMessages.of(namespace.get(), actor);
    return tools
        .api()
        .lastFromLeader(messages.stream(), messages.subject())
        .thenApply(
            stored ->
                stored
                    .map(messages::record)
                    .filter(SnapshotRecord::hasSnapshot)
                    .map(record -> new Kept(record.getSnapshot(), namespace.get().incarnation())))
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isStreamGone(JetStreamErrors.failure(thrown))
                    ? unlessMadeAnew(namespace.get(), actor)
                    : CompletableFuture.failedFuture(thrown));
  }

  /** Without the stream there is no snapshot, if the namespace is still the one that was meant. */
  private CompletableFuture<Optional<Kept>> unlessMadeAnew(
      Namespaces.Info namespace, ActorId actor) {
    return tools
        .namespaces()
        .look(namespace.namespace())
        .thenCompose(
            now ->
                SnapshotStream.isCurrent(now, namespace)
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : latest(now, actor));
  }

  /** Takes no new changes and waits for those in flight, at most so long. */
  public void close(Duration atMost) {
    closing = true;
    lanes.awaitEmpty(atMost);
  }
}
