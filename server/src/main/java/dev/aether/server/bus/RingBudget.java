package dev.aether.server.bus;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Limits the bytes that all rings of this node hold together. The oldest record is evicted first,
 * whichever ring it is in, so a busy namespace may use the room that idle ones leave. Thread-safe.
 * It takes a feed's lock while it holds its own, never the other way round.
 */
final class RingBudget {
  private final long maxBytes;
  private final Deque<LogFeed> arrivals = new ArrayDeque<>();
  private long bytes;

  RingBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Counts a record that was added to a feed, and evicts others until all fit again. */
  synchronized void added(LogFeed feed, int size) {
    arrivals.add(feed);
    bytes += size;
    while (bytes > maxBytes && !arrivals.isEmpty()) {
      bytes -= arrivals.remove().evictOldest();
    }
  }

  /** Evicts all records of a closed feed. */
  synchronized void closed(LogFeed feed) {
    // In one pass: the queue contains the records of all rings, and all tails wait for this lock.
    int before = arrivals.size();
    arrivals.removeIf(arrived -> arrived == feed);
    for (int left = before - arrivals.size(); left > 0; left--) {
      bytes -= feed.evictOldest();
    }
  }

  long maxBytes() {
    return maxBytes;
  }

  synchronized long bytes() {
    return bytes;
  }
}
