package dev.aether.server.store;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Reads whole logs. No method blocks; futures fail with a StoreException, which is
 * NAMESPACE_NOT_FOUND where this incarnation of the namespace is gone. For any number of threads.
 */
public interface CommitLog {
  /**
   * Which positions the log has, of all that was acknowledged before the call. Asked of the leader.
   */
  CompletableFuture<Extent> extent(LogId log);

  /** The position of the last record, as {@link #extent} has it; 0: none. */
  default CompletableFuture<Long> head(LogId log) {
    return extent(log).thenApply(extent -> extent.head().position());
  }

  /** What stands at a position now; not verifiable if nothing does. Asked of the leader. */
  CompletableFuture<Mark> mark(LogId log, long position);

  /**
   * Some records after a mark, at most about {@code maxBytes} of them but at least one if there is
   * one up to {@code upTo}. Fails with CURSOR_UNKNOWN if another record has the mark's position.
   */
  CompletableFuture<Page> read(LogId log, Mark after, long upTo, int maxBytes);

  /**
   * Follows the log from after a mark, until closed. Each record comes once, in order, whatever
   * breaks between. Of a log that is gone none comes.
   */
  Tail tail(LogId log, Mark after, TailListener listener);

  /**
   * Records of a log.
   *
   * @param end the page holds all that there is after the mark asked for and up to this position
   */
  record Page(List<LogEntry> entries, long end) {}

  /**
   * The positions of a log.
   *
   * @param first of what was not trimmed, or of what comes next if there is nothing
   * @param head the last record
   * @param certain false: a replicated log's leader that was deposed and has not noticed yet may
   *     have said so
   */
  public record Extent(long first, Mark head, boolean certain) {}

  /** A log being followed. */
  interface Tail extends AutoCloseable {
    /**
     * How long ago the store was heard of this log, be it only that there is nothing new. Zero for
     * a store that can't be out of reach.
     */
    default Duration silence() {
      return Duration.ZERO;
    }

    /** Stops. Nothing comes afterwards. */
    @Override
    void close();
  }

  /** Is told of each record, one at a time, on a thread of the store's that it must not block. */
  interface TailListener {
    void onEntry(LogEntry entry);

    /**
     * Another record has the position of the last one that came: the store has lost records.
     * Nothing comes afterwards.
     */
    default void onLost() {}
  }
}
