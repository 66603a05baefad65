package dev.aether.server.store.jetstream.snapshot;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Snapshots;
import dev.aether.server.store.jetstream.format.SnapshotMessages;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.write.Writer;
import dev.aether.server.wire.SnapshotRecord;
import dev.aether.v1.Snapshot;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Actors' snapshots in JetStream. A snapshot is the last message of a subject of its own, changed
 * by compare-and-set and read from the stream's leader.
 */
public final class JetStreamSnapshots implements Snapshots {
  private final SnapshotContext context;
  private final JetStreamApi reads;
  private final Writer writer;

  /**
   * @param reads for the reads of clients
   */
  public JetStreamSnapshots(SnapshotContext context, JetStreamApi reads, Writer writer) {
    this.context = context;
    this.reads = reads;
    this.writer = writer;
  }

  @Override
  public CompletableFuture<@Nullable Void> save(
      Namespace namespace, Snapshot snapshot, long deadline) {
    int bytes = snapshot.getSerializedSize();
    if (bytes > context.maxBytes()) {
      return CompletableFuture.failedFuture(
          StoreException.snapshotTooLarge(context.maxBytes(), bytes));
    }
    ActorId actor = new ActorId(snapshot.getActorId());
    // Three copies: the snapshot, the bytes of its record, and a stored one that is compared.
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
    return writer
        .write(
            namespace.name() + ' ' + actor.value(),
            bytes,
            new SnapshotPolicy(context, namespace, actor, change),
            deadline)
        .thenAccept(changed -> {});
  }

  @Override
  public CompletableFuture<Optional<Kept>> latest(Namespace namespace, ActorId actor) {
    return JetStreamErrors.mapped(
        context.namespaces().find(namespace).thenCompose(found -> latest(found, actor)));
  }

  private CompletableFuture<Optional<Kept>> latest(
      Optional<Namespaces.Info> namespace, ActorId actor) {
    if (namespace.isEmpty()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    SnapshotMessages messages = SnapshotMessages.of(namespace.get(), actor);
    return reads
        .lastFromLeader(messages.stream(), messages.subject())
        .thenApply(
            stored ->
                stored
                    .map(messages::record)
                    .filter(SnapshotRecord::hasSnapshot)
                    .map(record -> new Kept(record.getSnapshot(), namespace.get().incarnation())))
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isStreamMissing(JetStreamErrors.failure(thrown))
                    ? unlessRecreated(namespace.get(), actor)
                    : CompletableFuture.failedFuture(thrown));
  }

  /**
   * If the stream does not exist, there is no snapshot, provided that the namespace is still the
   * same incarnation.
   */
  private CompletableFuture<Optional<Kept>> unlessRecreated(
      Namespaces.Info namespace, ActorId actor) {
    return context
        .namespaces()
        .look(namespace.namespace())
        .thenCompose(
            now ->
                namespace.isCurrentIn(now)
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : latest(now, actor));
  }
}
