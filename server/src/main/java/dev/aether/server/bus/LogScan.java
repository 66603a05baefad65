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
 * Reads the logs that a pattern matches once, one after the other, from where a command begins to
 * their heads as of the first page. Not for several threads at once, and one page must have come
 * before the next is asked for: that is the flow control.
 */
public final class LogScan {
  private static final int PAGE_BYTES = 1024 * 1024;

  private final Store store;
  private final SubscribeCommand command;

  /** Commits still to find. */
  private long wanted;

  private final Map<Cursor.LogKey, Mark> positions = new HashMap<>();

  /** Logs still to read, the first of them from its position on. */
  private final Deque<StartPositions.LogStart> left = new ArrayDeque<>();

  private boolean located;

  /**
   * @param command what to read; nothing of it is live
   * @param maxCommits at least 1
   */
  public LogScan(Store store, SubscribeCommand command, long maxCommits) {
    this.store = store;
    this.command = command;
    this.wanted = maxCommits;
  }

  /**
   * The next records that pass the filter, in order, which may be none; nothing at the end. Fails
   * with a {@link StoreException}, and is over then.
   */
  public CompletableFuture<Optional<List<LogEntry>>> next() {
    return located ? page() : locate().thenCompose(done -> page());
  }

  /** Where the scan stands: after the last record of the last page. */
  public Cursor cursor() {
    return new Cursor(positions);
  }

  /** How many logs the cursor is about. */
  public int logs() {
    return positions.size();
  }

  private CompletableFuture<Void> locate() {
    return new StartPositions(store, command, log -> Optional.empty())
        .locate()
        .thenAccept(
            places -> {
              located = true;
              places.forEach(place -> moveTo(place, place.mark()));
              left.addAll(places);
            });
  }

  private CompletableFuture<Optional<List<LogEntry>>> page() {
    while (!left.isEmpty() && mark(left.element()).position() >= left.element().head().position()) {
      left.remove();
    }
    if (left.isEmpty() || wanted == 0) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    StartPositions.LogStart place = left.element();
    return store
        .log()
        .read(place.log(), mark(place), place.head().position(), PAGE_BYTES)
        .thenApply(page -> Optional.of(passing(place, page)))
        .exceptionally(thrown -> Optional.of(withoutGone(place, thrown)));
  }

  /** A namespace that was deleted meanwhile reads as if nobody had made it. */
  private List<LogEntry> withoutGone(StartPositions.LogStart place, Throwable thrown) {
    if (!StartPositions.isGone(thrown)) {
      throw new CompletionException(Exceptions.unwrap(thrown));
    }
    left.remove(place);
    positions.remove(Cursor.LogKey.of(place.log()));
    return List.of();
  }

  private List<LogEntry> passing(StartPositions.LogStart place, CommitLog.Page page) {
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
        // What comes before it goes out first; the next page begins here.
        return passing;
      }
      moveTo(place, entry.mark());
    }
    if (page.end() > mark(place).position()) {
      moveTo(place, page.end() == place.head().position() ? place.head() : Mark.at(page.end()));
    }
    return passing;
  }

  private static StoreException corrupt(LogEntry.Corrupt record) {
    return new StoreException.CorruptRecord(
        record.actorId(), record.partition(), record.position(), record.why());
  }

  private void moveTo(StartPositions.LogStart place, Mark mark) {
    positions.put(Cursor.LogKey.of(place.log()), mark);
  }

  private Mark mark(StartPositions.LogStart place) {
    return positions.getOrDefault(Cursor.LogKey.of(place.log()), Mark.NONE);
  }
}
