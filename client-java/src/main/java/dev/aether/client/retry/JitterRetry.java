package dev.aether.client.retry;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Random delays below a growing limit, which spread conflicting writers. The recommended policy to
 * start with when several writers share an actor.
 *
 * @param kind how delays are chosen
 * @param maxRetries attempts after the first; 0 for none
 * @param firstDelay above zero
 * @param maxDelay not below the first, at most {@link RetryDecision#MAX_DELAY}
 */
public record JitterRetry(Kind kind, int maxRetries, Duration firstDelay, Duration maxDelay)
    implements RetryPolicy {

  /** How delays are chosen. */
  public enum Kind {
    /** Between 0 and first × 2^(attempt − 1). */
    FULL,
    /** Between first and three times the previous delay. */
    DECORRELATED
  }

  /** Checks the numbers. */
  public JitterRetry {
    MaxRetries.checked(maxRetries);
    ExponentialDelay unused = new ExponentialDelay(firstDelay, maxDelay);
  }

  /** Full jitter: 10 retries, the first delay below 10 ms, all below 1 s. */
  public JitterRetry() {
    this(Kind.FULL, 10, Duration.ofMillis(10), Duration.ofSeconds(1));
  }

  /** Returns this policy with another way to choose delays. */
  public JitterRetry withKind(Kind kind) {
    return new JitterRetry(kind, maxRetries, firstDelay, maxDelay);
  }

  /** Returns this policy with another number of retries. */
  public JitterRetry withMaxRetries(int maxRetries) {
    return new JitterRetry(kind, maxRetries, firstDelay, maxDelay);
  }

  @Override
  public RetrySession begin(String actorId) {
    if (kind == Kind.FULL) {
      ExponentialDelay bounds = new ExponentialDelay(firstDelay, maxDelay);
      return new MaxRetries(
          maxRetries, conflict -> between(Duration.ZERO, bounds.after(conflict.attempt())));
    }
    Decorrelated delays = new Decorrelated();
    return new MaxRetries(maxRetries, conflict -> delays.next());
  }

  private final class Decorrelated {
    private Duration last = firstDelay;

    Duration next() {
      Duration chosen = between(firstDelay, last.multipliedBy(3));
      last = chosen.compareTo(maxDelay) < 0 ? chosen : maxDelay;
      return last;
    }
  }

  /** A random duration between the two, both inclusive. */
  static Duration between(Duration from, Duration to) {
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(from.toNanos(), to.toNanos() + 1));
  }
}
