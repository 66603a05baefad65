package dev.aether.server.bus;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Bounds the bytes that all rings of this node hold together: what came first leaves first,
 * whichever ring it is in, so that a busy namespace has the room that idle ones leave. For any
 * number of threads; takes a feed's lock inside its own, never the other way round.
 */
final class RingBudget {
  private final long maxBytes;
  private final Deque<LogFeed> arrivals = new ArrayDeque<>();
  private long bytes;

  RingBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** A feed took up a record of that size; others leave until all fit again. */
  synchronized void added(LogFeed feed, int size) {
    arrivals.add(feed);
    bytes += size;
    while (bytes > maxBytes && !arrivals.isEmpty()) {
      bytes -= arrivals.remove().evictOldest();
    }
  }

  /** A feed has ended, and with it all its ring held. */
  synchronized void ended(LogFeed feed) {
    // In one pass: the queue has every ring's records, and all tails wait for this lock.
    arrivals.removeIf(
        arrived -> {
          if (arrived == feed) {
            bytes -= feed.evictOldest();
          }
          return arrived == feed;
        });
  }

  synchronized long bytes() {
    return bytes;
  }
}
