package dev.aether.server.store.memory;

import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.LogEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads a range of an actor from memory, in pages, as of the request for the first page. */
final class InMemoryReader implements ActorReader {
  private static final int PAGE_COMMITS = 256;

  private final ActorRange range;
  private final Supplier<List<MemoryPartition.Record>> history;
  private @Nullable List<LogEntry> found;
  private int next;

  InMemoryReader(ActorRange range, Supplier<List<MemoryPartition.Record>> history) {
    this.range = range;
    this.history = history;
  }

  @Override
  public CompletableFuture<List<LogEntry>> next() {
    List<LogEntry> all = found;
    if (all == null) {
      try {
        all = find();
      } catch (StoreException e) {
        return CompletableFuture.failedFuture(e);
      }
      found = all;
    }
    int end = Math.min(all.size(), next + PAGE_COMMITS);
    List<LogEntry> page = all.subList(next, end);
    next = end;
    return CompletableFuture.completedFuture(page);
  }

  private List<LogEntry> find() {
    List<LogEntry> all = new ArrayList<>();
    for (MemoryPartition.Record record : history.get()) {
      var commit = record.stored().commit();
      if (commit.lastVersion() >= range.from() && commit.firstVersion() <= range.to()) {
        all.add(record.stored());
      }
    }
    if (range.backwards()) {
      Collections.reverse(all);
    }
    return all;
  }
}
