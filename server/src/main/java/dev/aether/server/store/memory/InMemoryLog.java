package dev.aether.server.store.memory;

import dev.aether.server.event.LogId;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Whole logs in memory. */
final class InMemoryLog implements CommitLog {
  private final InMemoryNamespaces namespaces;

  InMemoryLog(InMemoryNamespaces namespaces) {
    this.namespaces = namespaces;
  }

  private MemoryPartition partition(LogId log) {
    return namespaces
        .partition(log.namespace())
        .filter(partition -> partition.log().equals(log))
        .orElseThrow(() -> new StoreException.NamespaceNotFound(log.namespace()));
  }

  @Override
  public CompletableFuture<Extent> extent(LogId log) {
    return CompletableFuture.completedFuture(new Extent(1, partition(log).head()));
  }

  @Override
  public CompletableFuture<Page> read(LogId log, long after, long upTo, int maxBytes) {
    List<LogEntry> entries = List.copyOf(partition(log).after(after, upTo, maxBytes));
    long end = entries.isEmpty() ? upTo : entries.get(entries.size() - 1).position();
    return CompletableFuture.completedFuture(new Page(entries, end));
  }

  @Override
  public Tail tail(LogId log, long after, TailListener listener) {
    return partition(log).tail(after, listener);
  }
}
