package dev.aether.server.store.memory;

import dev.aether.server.codec.ActorTokens;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.CommitLog.Tail;
import dev.aether.server.store.CommitLog.TailListener;
import dev.aether.server.store.LogEntry.StoredCommit;
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
 * One log in memory: positions are 1, 2, 3 …, so a record's index is its position less one. Tails
 * hear of records on one thread of their own, in order. For any number of threads.
 */
final class MemoryPartition {
  private final Info info;
  private final LogId log;
  private final ExecutorService deliveries;

  /** All below are guarded by this. */
  private final List<Record> records = new ArrayList<>();

  private final Map<ActorId, List<Record>> actors = new HashMap<>();

  /** Where repeats are found that expect no version. */
  private final Map<SaveName, Record> byName = new HashMap<>();

  /** By {@link ActorTokens}, in which order actors are listed. */
  private final NavigableMap<String, ActorId> byText = new TreeMap<>();

  private final Map<ActorId, Snapshot> snapshots = new HashMap<>();
  private final List<MemoryTail> tails = new ArrayList<>();
  private long bytes;
  private boolean deleted;

  /**
   * A commit and what recognises a repeat of its save.
   *
   * @param kind the letter of the writer's expectation
   */
  record Record(StoredCommit stored, char kind, String digest) {}

  /** What all sendings of one save have in common. */
  private record SaveName(ActorId actor, char kind, String commitId) {}

  /**
   * @param info the namespace of which this is the only partition
   * @param deliveries whose thread calls tails' listeners
   */
  MemoryPartition(Info info, ExecutorService deliveries) {
    this.info = info;
    this.log = info.firstLog();
    this.deliveries = deliveries;
  }

  Info info() {
    return info;
  }

  LogId log() {
    return log;
  }

  /**
   * Does something with an actor's records while nobody else adds any.
   *
   * @return empty, without doing it, if the partition was deleted
   */
  synchronized <T> Optional<T> withActor(ActorId actor, Function<List<Record>, T> work) {
    return deleted
        ? Optional.empty()
        : Optional.of(work.apply(actors.getOrDefault(actor, List.of())));
  }

  /** Adds nothing from now on. */
  synchronized void delete() {
    deleted = true;
  }

  /** The actor's records, oldest first, as they are now. */
  synchronized List<Record> ofActor(ActorId actor) {
    return List.copyOf(actors.getOrDefault(actor, List.of()));
  }

  /** The actor's first commit of that id that was saved with an expectation of that kind. */
  synchronized Optional<Record> named(ActorId actor, char kind, String commitId) {
    return Optional.ofNullable(byName.get(new SaveName(actor, kind, commitId)));
  }

  /** The actor's latest version as it is now; 0: nobody wrote it. */
  synchronized long latest(ActorId actor) {
    List<Record> history = actors.getOrDefault(actor, List.of());
    return history.isEmpty()
        ? 0
        : history.get(history.size() - 1).stored().commit().getLastVersion();
  }

  /** The actors whose text comes after another one, in order. */
  synchronized List<ActorId> actorsAfter(String text) {
    return List.copyOf(byText.tailMap(text, false).values());
  }

  synchronized Optional<Snapshot> snapshot(ActorId actor) {
    return Optional.ofNullable(snapshots.get(actor));
  }

  /**
   * Puts a snapshot in the place of what there is.
   *
   * @throws StoreException if its version is above the actor's or below the present one's
   */
  synchronized void putSnapshot(ActorId actor, Snapshot snapshot) {
    long version = snapshot.getVersion();
    if (Long.compareUnsigned(version, latest(actor)) > 0) {
      throw StoreException.snapshotAhead(actor, latest(actor), version);
    }
    Snapshot present = snapshots.get(actor);
    if (present != null && Long.compareUnsigned(version, present.getVersion()) < 0) {
      throw StoreException.snapshotOutdated(actor, present.getVersion(), version);
    }
    snapshots.put(actor, snapshot);
  }

  synchronized void removeSnapshot(ActorId actor) {
    snapshots.remove(actor);
  }

  synchronized long head() {
    return records.size();
  }

  synchronized Mark mark(long position) {
    return position < 1 || position > records.size()
        ? Mark.at(position)
        : records.get((int) position - 1).stored().mark();
  }

  /**
   * Adds a record at position {@code head() + 1}. Inside {@link #withActor}.
   *
   * @throws StoreException with reason STORE_FULL if the namespace has no room for it
   */
  synchronized void add(Record record) {
    long size = record.stored().commit().getSerializedSize();
    if (info.maxBytes() > 0 && bytes + size > info.maxBytes()) {
      throw StoreException.storeFull(
          "namespace " + info.namespace() + " has reached its max_bytes, " + info.maxBytes());
    }
    bytes += size;
    records.add(record);
    ActorId actor = record.stored().actor();
    actors.computeIfAbsent(actor, id -> new ArrayList<>()).add(record);
    byName.putIfAbsent(
        new SaveName(actor, record.kind(), record.stored().commit().getCommitId()), record);
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
      bytes += stored.commit().getSerializedSize();
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

  /** Follows the partition on the delivering thread, to which its position belongs. */
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
