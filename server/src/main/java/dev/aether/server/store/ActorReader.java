package dev.aether.server.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Reads the commits of a range, one page at a time. The caller requests the next page only when the
 * previous one has arrived, which is the flow control. Not thread-safe.
 */
public interface ActorReader {
  /**
   * The next page: whole commits that overlap the range, in the requested order; empty at the end.
   * Fails with a {@link dev.aether.server.event.StoreException}.
   */
  CompletableFuture<List<LogEntry>> next();

  /**
   * Whether the next page is known to be empty, so that it need not be requested. Called after a
   * page has arrived.
   */
  default boolean isAtEnd() {
    return false;
  }
}
