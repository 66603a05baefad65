package dev.aether.server.bus;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the broadcasts that reached this node but not its subscribers, and logs the number at each
 * report. Thread-safe, except that reports must come from one thread at a time.
 */
final class BroadcastLosses {
  private static final Logger LOG = LoggerFactory.getLogger(BroadcastLosses.class);

  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong unreadable = new AtomicLong();
  private volatile String why = "";
  private long reportedDropped;
  private long reportedUnreadable;

  /** Counts a broadcast that was dropped because a subscription was too slow. */
  void dropped() {
    dropped.incrementAndGet();
  }

  /** Counts a message that could not be decoded as a broadcast. */
  void unreadable(String reason) {
    unreadable.incrementAndGet();
    why = reason;
  }

  /** The number of broadcasts that were dropped since the node started. */
  long droppedCount() {
    return dropped.get();
  }

  /** Logs what was counted since the last report. */
  void report() {
    long nowDropped = dropped.get();
    if (nowDropped > reportedDropped) {
      LOG.warn(
          "{} broadcasts were dropped for slow subscribers, {} since the start (a subscriber may"
              + " have {} broadcasts and {} bytes waiting)",
          nowDropped - reportedDropped,
          nowDropped,
          BroadcastQueue.MAX_BROADCASTS,
          BroadcastQueue.MAX_BYTES);
      reportedDropped = nowDropped;
    }
    long nowUnreadable = unreadable.get();
    if (nowUnreadable > reportedUnreadable) {
      LOG.warn(
          "{} messages on broadcast subjects were not broadcasts; the last one {}",
          nowUnreadable - reportedUnreadable,
          why);
      reportedUnreadable = nowUnreadable;
    }
  }
}
