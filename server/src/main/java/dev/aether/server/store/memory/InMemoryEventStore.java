package dev.aether.server.store.memory;

import dev.aether.server.codec.CommitCodec;
import dev.aether.server.codec.CorruptRecordException;
import dev.aether.server.codec.EncodedCommit;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.Limits;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.ActorVersions;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Save;
import dev.aether.server.store.Saved;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Actors' histories in memory. All work is done immediately, under the partition's lock. */
final class InMemoryEventStore implements EventStore {
  private static final Durability DURABILITY = new Durability(1, Durability.Sync.MEMORY);

  private final InMemoryNamespaces namespaces;
  private final InstantSource clock;

  InMemoryEventStore(InMemoryNamespaces namespaces, InstantSource clock) {
    this.namespaces = namespaces;
    this.clock = clock;
  }

  @Override
  public CompletableFuture<Saved> save(Save save) {
    int size = CommitCodec.size(save.namespace(), save.actor(), save.commitId(), 1, save.events());
    if (size > Limits.COMMIT_BYTES) {
      return CompletableFuture.failedFuture(
          StoreException.commitTooLarge(Limits.COMMIT_BYTES, size));
    }
    try {
      Optional<Saved> saved = Optional.empty();
      while (saved.isEmpty()) {
        if (save.expected().buildsOnHistory() && namespaces.partition(save.namespace()).isEmpty()) {
          return CompletableFuture.failedFuture(conflict(save, 0, Optional.empty()));
        }
        MemoryPartition partition = namespaces.partitionOrNew(save.namespace());
        saved = partition.withActor(save.actor(), history -> save(save, partition, history));
      }
      return CompletableFuture.completedFuture(saved.get());
    } catch (StoreException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static StoreException conflict(Save save, long version, Optional<String> incarnation) {
    return save.expected() instanceof ExpectedVersion.Exactly exactly
        ? StoreException.VersionConflict.at(save.actor(), version, exactly.version(), incarnation)
        : StoreException.VersionConflict.missing(save.actor());
  }

  private Saved save(Save save, MemoryPartition partition, List<MemoryPartition.Record> history) {
    Optional<MemoryPartition.Record> repeated = repeated(save, partition, history);
    if (repeated.isPresent()) {
      if (!repeated.get().digest().equals(save.digest())) {
        throw StoreException.commitIdReused(save.commitId());
      }
      return saved(repeated.get(), true);
    }
    long version = latest(history);
    Optional<String> incarnation = Optional.of(partition.log().incarnation());
    if (save.expected() instanceof ExpectedVersion.Exactly exactly
        && exactly.version() != version) {
      throw conflict(save, version, incarnation);
    }
    if (save.expected() instanceof ExpectedVersion.Existing && version == 0) {
      throw conflict(save, version, incarnation);
    }
    byte[] body =
        CommitCodec.encode(
            save.namespace(), save.actor(), save.commitId(), version + 1, save.events());
    if (body.length > Limits.COMMIT_BYTES) {
      throw StoreException.commitTooLarge(Limits.COMMIT_BYTES, body.length);
    }
    MemoryPartition.Record record =
        new MemoryPartition.Record(
            new LogEntry.StoredCommit(
                0, partition.head() + 1, clock.instant(), save.actor(), checked(body, save)),
            save.commitId().value(),
            save.expected().letter(),
            save.digest());
    partition.add(record);
    return saved(record, false);
  }

  private static EncodedCommit checked(byte[] body, Save save) {
    try {
      return CommitCodec.check(body, save.namespace(), save.actor());
    } catch (CorruptRecordException e) {
      throw new IllegalStateException("just encoded", e);
    }
  }

  private static Optional<MemoryPartition.Record> repeated(
      Save save, MemoryPartition partition, List<MemoryPartition.Record> history) {
    if (save.expected() instanceof ExpectedVersion.Exactly exactly) {
      return beginningAt(exactly.version() + 1, history).filter(record -> isOf(record, save));
    }
    return partition.named(save.actor(), save.expected().letter(), save.commitId().value());
  }

  private static Optional<MemoryPartition.Record> beginningAt(
      long version, List<MemoryPartition.Record> history) {
    int low = 0;
    int high = history.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      MemoryPartition.Record record = history.get(middle);
      int order = Long.compareUnsigned(record.stored().commit().firstVersion(), version);
      if (order == 0) {
        return Optional.of(record);
      }
      low = order < 0 ? middle + 1 : low;
      high = order < 0 ? high : middle - 1;
    }
    return Optional.empty();
  }

  private static boolean isOf(MemoryPartition.Record record, Save save) {
    return record.commitId().equals(save.commitId().value())
        && record.kind() == save.expected().letter();
  }

  private static long latest(List<MemoryPartition.Record> history) {
    return history.isEmpty() ? 0 : history.get(history.size() - 1).stored().commit().lastVersion();
  }

  private static Saved saved(MemoryPartition.Record record, boolean replayed) {
    LogEntry.StoredCommit stored = record.stored();
    return new Saved(
        stored.commit().firstVersion(),
        stored.commit().lastVersion(),
        stored.partition(),
        stored.position(),
        replayed,
        DURABILITY);
  }

  @Override
  public ActorReader read(ActorRange range) {
    return new InMemoryReader(
        range,
        () ->
            namespaces
                .partition(range.namespace())
                .map(partition -> partition.ofActor(range.actor()))
                .orElse(List.of()));
  }

  @Override
  public ActorReader readIncarnation(String incarnation, ActorRange range) {
    return new InMemoryReader(
        range,
        () ->
            namespaces
                .partition(range.namespace())
                .filter(partition -> partition.log().incarnation().equals(incarnation))
                .orElseThrow(() -> StoreException.namespaceNotFound(range.namespace()))
                .ofActor(range.actor()));
  }

  @Override
  public CompletableFuture<ActorVersions> versions(Namespace namespace, ActorId actor) {
    long latest =
        namespaces
            .partition(namespace)
            .map(partition -> latest(partition.ofActor(actor)))
            .orElse(0L);
    return CompletableFuture.completedFuture(
        latest == 0 ? ActorVersions.NONE : new ActorVersions(latest, 1));
  }
}
