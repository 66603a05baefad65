package dev.aether.server.store.memory;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.Limits;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Snapshots;
import dev.aether.v1.Snapshot;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Actors' snapshots in memory, in their partition. All work is done immediately. */
final class InMemorySnapshots implements Snapshots {
  private final InMemoryNamespaces namespaces;

  InMemorySnapshots(InMemoryNamespaces namespaces) {
    this.namespaces = namespaces;
  }

  @Override
  public CompletableFuture<@Nullable Void> save(
      Namespace namespace, Snapshot snapshot, long deadline) {
    ActorId actor = new ActorId(snapshot.getActorId());
    if (snapshot.getSerializedSize() > Limits.COMMIT_BYTES) {
      return CompletableFuture.failedFuture(
          StoreException.snapshotTooLarge(Limits.COMMIT_BYTES, snapshot.getSerializedSize()));
    }
    Optional<MemoryPartition> partition = namespaces.partition(namespace);
    if (partition.isEmpty()) {
      return CompletableFuture.failedFuture(
          StoreException.snapshotAhead(actor, 0, snapshot.getVersion()));
    }
    try {
      partition.get().putSnapshot(actor, snapshot);
      return CompletableFuture.completedFuture(null);
    } catch (StoreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public CompletableFuture<Optional<Kept>> latest(Namespace namespace, ActorId actor) {
    return CompletableFuture.completedFuture(
        namespaces
            .partition(namespace)
            .flatMap(
                partition ->
                    partition
                        .snapshot(actor)
                        .map(kept -> new Kept(kept, partition.log().incarnation()))));
  }

  @Override
  public CompletableFuture<@Nullable Void> delete(
      Namespace namespace, ActorId actor, long deadline) {
    namespaces.partition(namespace).ifPresent(partition -> partition.removeSnapshot(actor));
    return CompletableFuture.completedFuture(null);
  }
}
