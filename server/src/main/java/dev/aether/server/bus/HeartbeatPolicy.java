package dev.aether.server.bus;

import dev.aether.server.store.Store;
import java.time.Duration;
import java.util.Collection;

/**
 * Decides when a subscription sends a heartbeat or a cursor, and when the store has been silent for
 * so long that the subscription must fail. Used only on the subscription's loop.
 */
final class HeartbeatPolicy {
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);

  /** A heartbeat promises that the store has responded within this time. */
  private static final Duration HEARTBEAT_SILENCE = Duration.ofSeconds(10);

  /** After this time without a response from the store, a subscription fails. */
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(15);

  private static final Duration CURSOR_EVERY = Duration.ofMillis(500);

  private final Store store;
  private long lastFrameAt = System.nanoTime();
  private long lastCursorAt = System.nanoTime();
  private boolean cursorOwed;

  HeartbeatPolicy(Store store) {
    this.store = store;
  }

  /** Call it when a frame with a cursor is sent. */
  void sentCursor() {
    lastFrameAt = System.nanoTime();
    lastCursorAt = lastFrameAt;
    cursorOwed = false;
  }

  /** Call it when a frame without a cursor is sent. */
  void sentWithoutCursor() {
    lastFrameAt = System.nanoTime();
    cursorOwed = true;
  }

  /** Whether frames were sent after the last cursor. */
  boolean isCursorOwed() {
    return cursorOwed;
  }

  /** Whether a cursor is owed and should be sent now, however large it is. */
  boolean isCursorDue() {
    return cursorOwed && System.nanoTime() - lastCursorAt > CURSOR_EVERY.toNanos();
  }

  /** The time since the store last responded for the log for which that is longest. */
  Duration silence(Collection<LogProgress> logs) {
    Duration longest = store.silence();
    for (LogProgress log : logs) {
      Duration silence = log.feed.silence();
      longest = silence.compareTo(longest) > 0 ? silence : longest;
    }
    return longest;
  }

  /** Whether the subscription must fail. */
  static boolean isTooLong(Duration silence) {
    return silence.compareTo(LONGEST_SILENCE) > 0;
  }

  /** Whether a heartbeat is due and the store has responded recently enough for it. */
  boolean isHeartbeatDue(Duration silence) {
    boolean quiet = System.nanoTime() - lastFrameAt >= HEARTBEAT.toNanos();
    return quiet && silence.compareTo(HEARTBEAT_SILENCE) < 0;
  }
}
