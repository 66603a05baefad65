package dev.aether.server.bus;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the broadcasts that came to this node and not to its subscribers, and says so in the log,
 * at most once between two reports however many they are. For any number of threads, but reports on
 * one.
 */
final class BroadcastLosses {
  private static final Logger LOG = LoggerFactory.getLogger(BroadcastLosses.class);

  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong unreadable = new AtomicLong();
  private volatile String why = "";
  private long reportedDropped;
  private long reportedUnreadable;

  /** A subscription was too slow for one. */
  void dropped() {
    dropped.incrementAndGet();
  }

  /** Something came that is no broadcast. */
  void unreadable(String reason) {
    unreadable.incrementAndGet();
    why = reason;
  }

  /** How often a subscription was too slow, since the node began. */
  long droppedCount() {
    return dropped.get();
  }

  /** Says what came since the last report. */
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
