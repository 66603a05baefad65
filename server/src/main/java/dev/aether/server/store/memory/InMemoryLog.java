package dev.aether.server.store.memory;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** Whole logs in memory. */
final class InMemoryLog implements CommitLog {
  private final InMemoryNamespaces namespaces;

  InMemoryLog(InMemoryNamespaces namespaces) {
    this.namespaces = namespaces;
  }

  private Optional<MemoryPartition> partition(LogId log) {
    return namespaces.partition(log.namespace()).filter(partition -> partition.log().equals(log));
  }

  private <T> CompletableFuture<T> in(LogId log, Function<MemoryPartition, T> work) {
    return partition(log)
        .map(partition -> CompletableFuture.completedFuture(work.apply(partition)))
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(StoreException.namespaceNotFound(log.namespace())));
  }

  @Override
  public CompletableFuture<Extent> extent(LogId log) {
    return in(log, MemoryPartition::extent);
  }

  @Override
  public CompletableFuture<Mark> mark(LogId log, long position) {
    return in(log, partition -> partition.mark(position));
  }

  @Override
  public CompletableFuture<Page> read(LogId log, Mark after, long upTo, int maxBytes) {
    return in(
        log,
        partition -> {
          List<LogEntry> entries = List.copyOf(partition.after(after.position(), upTo, maxBytes));
          long end = entries.isEmpty() ? upTo : entries.get(entries.size() - 1).position();
          return new Page(entries, end);
        });
  }

  @Override
  public Tail tail(LogId log, Mark after, TailListener listener) {
    return partition(log).map(found -> found.tail(after.position(), listener)).orElse(() -> {});
  }
}
