package dev.aether.client.retry;

import java.time.Duration;

/** Pauses that double: first, 2 × first, 4 × first … at most the longest. */
record ExponentialDelay(Duration first, Duration longest) {
  /** More doublings than any pause needs, and fewer than a long holds. */
  private static final int MAX_DOUBLINGS = 30;

  ExponentialDelay {
    if (first.isNegative()
        || first.isZero()
        || longest.compareTo(first) < 0
        || longest.compareTo(RetryDecision.MAX_DELAY) > 0) {
      throw new IllegalArgumentException("pauses from " + first + " to " + longest);
    }
  }

  /** The pause after so many attempts, at least 1. */
  Duration after(int attempts) {
    int doublings = Math.min(attempts - 1, MAX_DOUBLINGS);
    return longest.toNanos() >> doublings < first.toNanos()
        ? longest
        : first.multipliedBy(1L << doublings);
  }
}
