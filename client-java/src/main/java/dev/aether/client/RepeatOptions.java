package dev.aether.client;

import java.time.Duration;

/**
 * How the client repeats a request that got no answer or was temporarily refused.
 *
 * <p>Repeating a request is safe: a save keeps its commit id, so the server stores it once. The
 * client never decides again after a {@link VersionConflictException}. In any case a call ends at
 * its deadline.
 *
 * <p>Before repeat n the client waits a random time between d/2 and d, where d = {@code firstDelay}
 * × 2^(n − 1) but at most {@code maxDelay}. It waits longer if an overloaded server asks for it.
 *
 * @param maxAttempts how often a request is sent at most, including the first time; at least 1
 * @param firstDelay at least 1 ms
 * @param maxDelay not less than firstDelay
 */
public record RepeatOptions(int maxAttempts, Duration firstDelay, Duration maxDelay) {
  private static final RepeatOptions DEFAULTS =
      new RepeatOptions(Integer.MAX_VALUE, Duration.ofMillis(50), Duration.ofSeconds(2));

  /** Checks the numbers. */
  public RepeatOptions {
    if (maxAttempts < 1) {
      throw new IllegalArgumentException("maxAttempts " + maxAttempts + " is below 1");
    }
    if (firstDelay.compareTo(Duration.ofMillis(1)) < 0 || maxDelay.compareTo(firstDelay) < 0) {
      throw new IllegalArgumentException(
          "delays from " + firstDelay + " to " + maxDelay + " are not valid");
    }
  }

  /** Repeats as often as the deadline allows, with delays from 50 ms to 2 s. */
  public static RepeatOptions untilDeadline() {
    return DEFAULTS;
  }

  /** Never repeats: each request is sent once. */
  public static RepeatOptions never() {
    return DEFAULTS.withMaxAttempts(1);
  }

  /** Returns these options with another number of attempts. */
  public RepeatOptions withMaxAttempts(int maxAttempts) {
    return new RepeatOptions(maxAttempts, firstDelay, maxDelay);
  }
}
