package dev.aether.server.store.memory;

import dev.aether.server.codec.ActorTokens;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.CommitLog.Tail;
import dev.aether.server.store.CommitLog.TailListener;
import dev.aether.server.store.LogEntry.StoredCommit;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Namespaces.Info;
import dev.aether.v1.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;

/**
 * One log in memory. Positions are 1, 2, 3 …, so a record's index is its position minus one. Tails
 * get records on a thread of their own, in order. Thread-safe.
 */
final class MemoryPartition {
  /** Written under this object's lock. */
  private volatile Info info;

  private final LogId log;
  private final ExecutorService deliveries;

  /** Guarded by this, like the fields below. */
  private final List<Record> records = new ArrayList<>();

  private final Map<ActorId, List<Record>> actors = new HashMap<>();

  /** Finds the originals of repeated saves that expect no version. */
  private final Map<SaveName, Record> byName = new HashMap<>();

  /** By encoded id ({@link ActorTokens}), the order in which actors are listed. */
  private final NavigableMap<String, ActorId> byText = new TreeMap<>();

  /** Empty for actors whose snapshot was deleted. */
  private final Map<ActorId, Optional<Snapshot>> snapshots = new HashMap<>();

  private final List<MemoryTail> tails = new ArrayList<>();
  private long bytes;
  private boolean deleted;

  /**
   * A commit and what identifies a repeat of its save.
   *
   * @param kind the letter of the expected version's kind
   */
  record Record(StoredCommit stored, String commitId, char kind, String digest) {}

  /** What all repeats of a save have in common. */
  private record SaveName(ActorId actor, char kind, String commitId) {}

  /**
   * @param info the namespace, of which this is the only partition
   * @param deliveries calls the listeners of tails
   */
  MemoryPartition(Info info, ExecutorService deliveries) {
    this.info = info;
    this.log = info.firstLog();
    this.deliveries = deliveries;
  }

  Info info() {
    return info;
  }

  /**
   * Changes the size limit.
   *
   * @param maxBytes 0 means no limit
   * @throws StoreException.InvalidRequest if there are more bytes already
   */
  synchronized Info limit(long maxBytes) {
    if (maxBytes > 0) {
      Namespaces.checkLimit(maxBytes, bytes);
    }
    info =
        new Info(
            info.namespace(),
            info.incarnation(),
            info.partitions(),
            info.replicas(),
            maxBytes,
            info.createdAt());
    return info;
  }

  LogId log() {
    return log;
  }

  /**
   * Runs work on an actor's records while no others can be added.
   *
   * @return empty, without running the work, if the partition was deleted
   */
  synchronized <T> Optional<T> withActor(ActorId actor, Function<List<Record>, T> work) {
    return deleted
        ? Optional.empty()
        : Optional.of(work.apply(actors.getOrDefault(actor, List.of())));
  }

  /** Accepts no more records. */
  synchronized void delete() {
    deleted = true;
  }

  /** A copy of the actor's records, oldest first. */
  synchronized List<Record> ofActor(ActorId actor) {
    return List.copyOf(actors.getOrDefault(actor, List.of()));
  }

  /** The actor's first commit with this id that was saved with this kind of expected version. */
  synchronized Optional<Record> named(ActorId actor, char kind, String commitId) {
    return Optional.ofNullable(byName.get(new SaveName(actor, kind, commitId)));
  }

  /** The actor's latest version; 0 if it has no events. */
  synchronized long latest(ActorId actor) {
    List<Record> history = actors.getOrDefault(actor, List.of());
    return history.isEmpty() ? 0 : history.get(history.size() - 1).stored().commit().lastVersion();
  }

  /** The actors whose encoded id comes after {@code text}, in order. */
  synchronized List<ActorId> actorsAfter(String text) {
    return List.copyOf(byText.tailMap(text, false).values());
  }

  synchronized Optional<Snapshot> snapshot(ActorId actor) {
    return snapshots.getOrDefault(actor, Optional.empty());
  }

  /** Whether the actor has a snapshot, or had one that was deleted. */
  synchronized boolean hasHadSnapshot(ActorId actor) {
    return snapshots.containsKey(actor);
  }

  /**
   * Stores a snapshot in place of the previous one.
   *
   * @throws StoreException if its version is higher than the actor's or lower than that of the
   *     previous snapshot
   */
  synchronized void putSnapshot(ActorId actor, Snapshot snapshot) {
    long version = snapshot.getVersion();
    if (Long.compareUnsigned(version, latest(actor)) > 0) {
      throw StoreException.snapshotAhead(actor, latest(actor), version);
    }
    Optional<Snapshot> present = snapshot(actor);
    if (present.isPresent() && Long.compareUnsigned(version, present.get().getVersion()) < 0) {
      throw StoreException.snapshotOutdated(actor, present.get().getVersion(), version);
    }
    snapshots.put(actor, Optional.of(snapshot));
  }

  synchronized void removeSnapshot(ActorId actor) {
    snapshots.computeIfPresent(actor, (unused, snapshot) -> Optional.empty());
  }

  synchronized long head() {
    return records.size();
  }

  synchronized CommitLog.Extent extent() {
    return new CommitLog.Extent(1, mark(head()), bytes, true);
  }

  synchronized Mark mark(long position) {
    return position < 1 || position > records.size()
        ? Mark.at(position)
        : records.get((int) position - 1).stored().mark();
  }

  /**
   * Adds a record at position {@code head() + 1}. Call it within {@link #withActor}.
   *
   * @throws StoreException with reason STORE_FULL if the namespace would exceed its max_bytes
   */
  synchronized void add(Record record) {
    long size = record.stored().commit().size();
    if (info.maxBytes() > 0 && bytes + size > info.maxBytes()) {
      throw StoreException.storeFull(
          "namespace " + info.namespace() + " has reached its max_bytes, " + info.maxBytes());
    }
    bytes += size;
    records.add(record);
    ActorId actor = record.stored().actor();
    actors.computeIfAbsent(actor, id -> new ArrayList<>()).add(record);
    byName.putIfAbsent(new SaveName(actor, record.kind(), record.commitId()), record);
    byText.put(ActorTokens.encode(actor.value()), actor);
    tails.forEach(MemoryTail::wake);
  }

  synchronized List<StoredCommit> after(long position, long upTo, int maxBytes) {
    List<StoredCommit> found = new ArrayList<>();
    int bytes = 0;
    long end = Math.min(upTo, records.size());
    for (long i = position; i < end && bytes < maxBytes; i++) {
      StoredCommit stored = records.get((int) i).stored();
      found.add(stored);
      bytes += stored.commit().size();
    }
    return found;
  }

  Tail tail(long after, TailListener listener) {
    MemoryTail tail = new MemoryTail(after, listener);
    synchronized (this) {
      tails.add(tail);
    }
    tail.wake();
    return tail;
  }

  /** Follows the partition on the delivery thread, which alone uses its position. */
  private final class MemoryTail implements Tail {
    private static final int BATCH_BYTES = 1024 * 1024;

    private final TailListener listener;
    private long position;
    private volatile boolean closed;

    MemoryTail(long after, TailListener listener) {
      this.position = after;
      this.listener = listener;
    }

    void wake() {
      if (!deliveries.isShutdown()) {
        deliveries.execute(this::deliver);
      }
    }

    private void deliver() {
      List<StoredCommit> next = after(position, Long.MAX_VALUE, BATCH_BYTES);
      while (!closed && !next.isEmpty()) {
        next.forEach(listener::onEntry);
        position = next.get(next.size() - 1).position();
        next = after(position, Long.MAX_VALUE, BATCH_BYTES);
      }
    }

    @Override
    public void close() {
      closed = true;
      synchronized (MemoryPartition.this) {
        tails.remove(this);
      }
    }
  }
}
