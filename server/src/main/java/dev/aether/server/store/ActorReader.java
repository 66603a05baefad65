package dev.aether.server.store;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Reads the commits of a range, a page at a time. Not for several threads at once, and one page
 * must have come before the next is asked for: that is the flow control.
 */
public interface ActorReader {
  /**
   * The next page: whole commits that overlap the range, in the order asked for; empty at the end.
   * Fails with a {@link dev.aether.server.event.StoreException}.
   */
  CompletableFuture<List<LogEntry>> next();
}
