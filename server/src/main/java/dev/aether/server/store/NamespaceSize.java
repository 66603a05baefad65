package dev.aether.server.store;

import dev.aether.server.event.LogId;
import java.util.concurrent.CompletableFuture;

/**
 * The size of a namespace, without its snapshots.
 *
 * @param commits about how many: positions may have gaps
 * @param bytes of one replica, as the store counts them
 */
public record NamespaceSize(long commits, long bytes) {
  /** Asks for the extents of all logs of a namespace. Fails as {@link CommitLog#extent} does. */
  public static CompletableFuture<NamespaceSize> of(Namespaces.Info namespace, CommitLog log) {
    CompletableFuture<NamespaceSize> sum =
        CompletableFuture.completedFuture(new NamespaceSize(0, 0));
    for (LogId id : namespace.logs()) {
      sum = sum.thenCombine(log.extent(id), NamespaceSize::plus);
    }
    return sum;
  }

  private NamespaceSize plus(CommitLog.Extent log) {
    return new NamespaceSize(
        commits + Math.max(0, log.head().position() - log.first() + 1), bytes + log.bytes());
  }
}
