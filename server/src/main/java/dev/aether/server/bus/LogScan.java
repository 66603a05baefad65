package dev.aether.server.bus;

import dev.aether.server.event.Cursor;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.Mark;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Store;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Reads the logs that a pattern matches once, one after the other, from the start position of a
 * command to their heads at the time of the first page. For flow control, the caller requests one
 * page at a time. Not thread-safe.
 */
public final class LogScan {
  private static final int PAGE_BYTES = 1024 * 1024;

  private final Store store;
  private final SubscribeCommand command;

  /** The number of commits that are still wanted. */
  private long wanted;

  private final Map<Cursor.LogKey, Mark> positions = new HashMap<>();

  /** The logs that are still to be read. */
  private final Deque<StartPositions.LogStart> left = new ArrayDeque<>();

  private boolean located;

  /**
   * @param command what to read; it must not start live
   * @param maxCommits at least 1
   */
  public LogScan(Store store, SubscribeCommand command, long maxCommits) {
    this.store = store;
    this.command = command;
    this.wanted = maxCommits;
  }

  /**
   * The next records that pass the filter, in order. There may be none in a page; at the end, the
   * result is empty. If the future fails, which is with a {@link StoreException}, the scan is over.
   */
  public CompletableFuture<Optional<List<LogEntry>>> next() {
    return located ? page() : locate().thenCompose(done -> page());
  }

  /** The cursor after the last record of the last page. */
  public Cursor cursor() {
    return new Cursor(positions);
  }

  /** The number of logs in the cursor. */
  public int logs() {
    return positions.size();
  }

  private CompletableFuture<Void> locate() {
    return new StartPositions(store, command, log -> Optional.empty())
        .locate()
        .thenAccept(
            starts -> {
              located = true;
              starts.forEach(start -> moveTo(start, start.mark()));
              left.addAll(starts);
            });
  }

  private CompletableFuture<Optional<List<LogEntry>>> page() {
    while (!left.isEmpty() && mark(left.element()).position() >= left.element().head().position()) {
      left.remove();
    }
    if (left.isEmpty() || wanted == 0) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    StartPositions.LogStart start = left.element();
    return store
        .log()
        .read(start.log(), mark(start), start.head().position(), PAGE_BYTES)
        .thenApply(page -> Optional.of(passing(start, page)))
        .exceptionally(thrown -> Optional.of(withoutGone(start, thrown)));
  }

  /** A namespace that was deleted meanwhile is treated as if it had not existed. */
  private List<LogEntry> withoutGone(StartPositions.LogStart start, Throwable thrown) {
    if (!StartPositions.isGone(thrown)) {
      throw new CompletionException(Exceptions.unwrap(thrown));
    }
    left.remove(start);
    positions.remove(Cursor.LogKey.of(start.log()));
    return List.of();
  }

  private List<LogEntry> passing(StartPositions.LogStart start, CommitLog.Page page) {
    List<LogEntry> passing = new ArrayList<>();
    for (LogEntry entry : page.entries()) {
      if (entry instanceof LogEntry.StoredCommit stored) {
        if (wanted == 0) {
          return passing;
        }
        if (command.filter().passes(stored.actor(), stored.commit())) {
          passing.add(entry);
          wanted--;
        }
      } else if (command.reportCorrupt()) {
        passing.add(entry);
      } else if (passing.isEmpty()) {
        throw corrupt((LogEntry.Corrupt) entry);
      } else {
        // The records before it are sent first; the next page begins with the corrupt one.
        return passing;
      }
      moveTo(start, entry.mark());
    }
    if (page.end() > mark(start).position()) {
      moveTo(start, page.end() == start.head().position() ? start.head() : Mark.at(page.end()));
    }
    return passing;
  }

  private static StoreException corrupt(LogEntry.Corrupt record) {
    return new StoreException.CorruptRecord(
        record.actorId(), record.partition(), record.position(), record.why());
  }

  private void moveTo(StartPositions.LogStart start, Mark mark) {
    positions.put(Cursor.LogKey.of(start.log()), mark);
  }

  private Mark mark(StartPositions.LogStart start) {
    return positions.getOrDefault(Cursor.LogKey.of(start.log()), Mark.NONE);
  }
}
