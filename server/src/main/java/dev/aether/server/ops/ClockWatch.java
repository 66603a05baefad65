package dev.aether.server.ops;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Compares the clock of the machine with the monotonic clock. Events get their times from the first
 * one, and credentials expire by it. Not thread-safe.
 */
final class ClockWatch {
  /** A clock that is only corrected moves much less between two looks. */
  static final Duration JUMP = Duration.ofMillis(500);

  /** How long a jump is shown. */
  static final Duration SHOWN_FOR = Duration.ofMinutes(1);

  private final LongSupplier wallMillis;
  private final LongSupplier nanoTime;
  private long offsetMillis;
  private long jumpedAt;
  private Optional<String> jump = Optional.empty();

  ClockWatch(LongSupplier wallMillis, LongSupplier nanoTime) {
    this.wallMillis = wallMillis;
    this.nanoTime = nanoTime;
    offsetMillis = offset();
  }

  private long offset() {
    return wallMillis.getAsLong() - Duration.ofNanos(nanoTime.getAsLong()).toMillis();
  }

  /** Looks at both clocks. Returns the last jump, as text for people, for a minute. */
  Optional<String> look() {
    long now = offset();
    if (isJump(now - offsetMillis)) {
      // The process may have been stopped while it looked at the two clocks.
      now = offset();
    }
    long moved = now - offsetMillis;
    offsetMillis = now;
    if (isJump(moved)) {
      jumpedAt = nanoTime.getAsLong();
      jump = Optional.of((moved > 0 ? "forward by " : "back by ") + Math.abs(moved) + " ms");
    } else if (nanoTime.getAsLong() - jumpedAt >= SHOWN_FOR.toNanos()) {
      jump = Optional.empty();
    }
    return jump;
  }

  private static boolean isJump(long millis) {
    return Math.abs(millis) >= JUMP.toMillis();
  }
}
