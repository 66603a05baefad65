package dev.aether.server.bus;

import dev.aether.server.store.Store;
import java.time.Duration;
import java.util.Collection;

/**
 * When a subscription last said something, and for how long nothing was heard of the store: what
 * heartbeats and the cursors that are owed depend on. Belongs to the subscription's loop.
 */
final class HeartbeatPolicy {
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);

  /** A heartbeat vouches that the store was heard within so long. */
  private static final Duration VOUCHED_SILENCE = Duration.ofSeconds(10);

  /** After so long without the store a subscription ends. */
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(15);

  private static final Duration CURSOR_EVERY = Duration.ofMillis(500);

  private final Store store;
  private long lastFrameAt = System.nanoTime();
  private long lastCursorAt = System.nanoTime();
  private boolean cursorOwed;

  HeartbeatPolicy(Store store) {
    this.store = store;
  }

  /** A frame with a cursor went out. */
  void sentCursor() {
    lastFrameAt = System.nanoTime();
    lastCursorAt = lastFrameAt;
    cursorOwed = false;
  }

  /** A frame without one did. */
  void sentWithoutCursor() {
    lastFrameAt = System.nanoTime();
    cursorOwed = true;
  }

  /** Whether a cursor should go out, however large it is. */
  boolean isCursorDue() {
    return System.nanoTime() - lastCursorAt > CURSOR_EVERY.toNanos();
  }

  /** Whether frames went out since the last cursor did. */
  boolean isCursorOwed() {
    return cursorOwed;
  }

  /** How long ago the store, or the log of which that is longest, was last heard. */
  Duration silence(Collection<LogProgress> sources) {
    Duration longest = store.silence();
    for (LogProgress source : sources) {
      Duration silence = source.feed.silence();
      longest = silence.compareTo(longest) > 0 ? silence : longest;
    }
    return longest;
  }

  /** Whether nothing can be vouched for any more. */
  static boolean isLost(Duration silence) {
    return silence.compareTo(LONGEST_SILENCE) > 0;
  }

  /** Whether a heartbeat is due and may vouch for the store. */
  boolean isHeartbeatDue(Duration silence) {
    boolean quiet = System.nanoTime() - lastFrameAt >= HEARTBEAT.toNanos();
    return quiet && silence.compareTo(VOUCHED_SILENCE) < 0;
  }
}
