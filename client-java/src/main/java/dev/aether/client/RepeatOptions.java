package dev.aether.client;

import java.time.Duration;

/**
 * How the client repeats one and the same request that got no answer, or was refused for a while.
 *
 * <p>Repeating is safe: a save keeps its commit id, so that the server stores it once. It is
 * another thing than deciding again after a {@link VersionConflictException}, which the client
 * never does by itself. Whatever is set here, a call ends at its deadline.
 *
 * <p>Before repeat n the client waits a random time between half of d and d, where d = {@code
 * firstDelay} × 2^(n − 1), at most {@code maxDelay}; and never less than an overloaded server asked
 * for.
 *
 * @param maxAttempts the most times one request is sent, the first included; at least 1
 * @param firstDelay at least 1 ms
 * @param maxDelay not below firstDelay
 */
public record RepeatOptions(int maxAttempts, Duration firstDelay, Duration maxDelay) {
  private static final RepeatOptions DEFAULTS =
      new RepeatOptions(Integer.MAX_VALUE, Duration.ofMillis(50), Duration.ofSeconds(2));

  /** Checks the numbers. */
  public RepeatOptions {
    if (maxAttempts < 1) {
      throw new IllegalArgumentException("maxAttempts " + maxAttempts + " is below 1");
    }
    if (firstDelay.toMillis() < 1 || maxDelay.compareTo(firstDelay) < 0) {
      throw new IllegalArgumentException("delays " + firstDelay + " and " + maxDelay);
    }
  }

  /** As often as the deadline allows, from 50 ms to 2 s apart. */
  public static RepeatOptions untilDeadline() {
    return DEFAULTS;
  }

  /** Never: each request is sent once. */
  public static RepeatOptions never() {
    return DEFAULTS.withMaxAttempts(1);
  }

  /** These options with another number of attempts. */
  public RepeatOptions withMaxAttempts(int maxAttempts) {
    return new RepeatOptions(maxAttempts, firstDelay, maxDelay);
  }
}
