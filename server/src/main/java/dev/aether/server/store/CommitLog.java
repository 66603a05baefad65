package dev.aether.server.store;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Reads whole logs. No method blocks; futures fail with a StoreException, which is
 * NAMESPACE_NOT_FOUND if this incarnation of the namespace was deleted. Thread-safe.
 */
public interface CommitLog {
  /**
   * The positions of the log, including all commits that were acknowledged before the call. Asks
   * the leader.
   */
  CompletableFuture<Extent> extent(LogId log);

  /** The position of the last record according to {@link #extent}; 0 if there is none. */
  default CompletableFuture<Long> head(LogId log) {
    return extent(log).thenApply(extent -> extent.head().position());
  }

  /**
   * The mark of the record that is now at a position; not verifiable if there is none. Asks the
   * leader.
   */
  CompletableFuture<Mark> mark(LogId log, long position);

  /**
   * Reads records after a mark: about {@code maxBytes} at most, but at least one if there is one up
   * to {@code upTo}. Fails with CURSOR_UNKNOWN if another record is at the mark's position.
   */
  CompletableFuture<Page> read(LogId log, Mark after, long upTo, int maxBytes);

  /**
   * Follows the log after a mark, until closed. Delivers each record once and in order, across all
   * failures. Delivers nothing if the log was deleted.
   */
  Tail tail(LogId log, Mark after, TailListener listener);

  /**
   * Records of a log.
   *
   * @param end the page contains all records after the requested mark up to this position
   */
  record Page(List<LogEntry> entries, long end) {}

  /**
   * The positions of a log, and its size.
   *
   * @param first the first record that was not trimmed, or the next one if there is none
   * @param head the last record
   * @param bytes the size of one replica, as the store counts it
   * @param certain false if the answer may be from a deposed leader that has not noticed it yet
   */
  public record Extent(long first, Mark head, long bytes, boolean certain) {}

  /** A log that is being followed. */
  interface Tail extends AutoCloseable {
    /**
     * The time since the store last reported anything about this log, even that there is nothing
     * new. Zero for a store that is always reachable.
     */
    default Duration silence() {
      return Duration.ZERO;
    }

    /** Stops. Nothing is delivered afterwards. */
    @Override
    void close();
  }

  /** Receives the records, one at a time, on a thread of the store that it must not block. */
  interface TailListener {
    void onEntry(LogEntry entry);

    /**
     * The store has lost records: another record is at the position of the last one that was
     * delivered. Nothing is delivered afterwards.
     */
    default void onLost() {}
  }
}
