package dev.aether.server.concurrent;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The pauses between retries: each is twice as long as the one before, up to a maximum. Not
 * thread-safe.
 */
public final class Backoff {
  private final Duration first;
  private final Duration longest;
  private Duration next;

  private Backoff(Duration first, Duration longest, Duration next) {
    if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException("pauses from " + first + " to " + longest);
    }
    this.first = first;
    this.longest = longest;
    this.next = next;
  }

  /** A backoff that starts with a pause. */
  public static Backoff from(Duration first, Duration longest) {
    return new Backoff(first, longest, first);
  }

  /** A backoff whose first retry has no pause. */
  public static Backoff afterOneAtOnce(Duration first, Duration longest) {
    return new Backoff(first, longest, Duration.ZERO);
  }

  /** The next pause. */
  public Duration next() {
    return next(longest);
  }

  /** The next pause, but at most {@code atMost}. */
  public Duration next(Duration atMost) {
    Duration pause = shorter(next, atMost);
    // Limited even if the pause is never used: doubled forever it would overflow.
    next = next.isZero() ? first : shorter(next.multipliedBy(2), longest);
    return pause;
  }

  /** Starts again with the first pause. */
  public void reset() {
    next = first;
  }

  /**
   * A random pause between half of {@code pause} and all of it, so that many callers do not retry
   * at the same moment.
   */
  public static Duration jittered(Duration pause) {
    long half = pause.toNanos() / 2;
    return Duration.ofNanos(half + ThreadLocalRandom.current().nextLong(half + 1));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
