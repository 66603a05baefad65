package dev.aether.client.retry;

import java.time.Duration;

/** Delays that double: first, 2 × first, 4 × first and so on, up to the maximum. */
record ExponentialDelay(Duration first, Duration max) {
  /** More doublings than any delay needs, and few enough not to overflow. */
  private static final int MAX_DOUBLINGS = 30;

  ExponentialDelay {
    if (first.isNegative()
        || first.isZero()
        || max.compareTo(first) < 0
        || max.compareTo(RetryDecision.MAX_DELAY) > 0) {
      throw new IllegalArgumentException("delays from " + first + " to " + max + " are not valid");
    }
  }

  /** The delay after this number of attempts, at least 1. */
  Duration after(int attempts) {
    int doublings = Math.min(attempts - 1, MAX_DOUBLINGS);
    return max.toNanos() >> doublings < first.toNanos() ? max : first.multipliedBy(1L << doublings);
  }
}
