package dev.aether.client.retry;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Random pauses below a bound that grows, so that writers that conflict spread. The one to begin
 * with where several write to one actor.
 *
 * @param kind how pauses are drawn
 * @param maxRetries attempts after the first; 0: none
 * @param firstDelay above zero
 * @param maxDelay not below the first, at most {@link RetryDecision#MAX_DELAY}
 */
public record JitterRetry(Kind kind, int maxRetries, Duration firstDelay, Duration maxDelay)
    implements RetryPolicy {

  /** How pauses are drawn. */
  public enum Kind {
    /** Between 0 and first × 2^(attempt − 1). */
    FULL,
    /** Between first and three times the pause before. */
    DECORRELATED
  }

  /** Checks the numbers. */
  public JitterRetry {
    MaxRetries.checked(maxRetries);
    ExponentialDelay unused = new ExponentialDelay(firstDelay, maxDelay);
  }

  /** Full jitter: 10 retries, below 10 ms the first time, never above 1 s. */
  public JitterRetry() {
    this(Kind.FULL, 10, Duration.ofMillis(10), Duration.ofSeconds(1));
  }

  /** These pauses, drawn otherwise. */
  public JitterRetry withKind(Kind kind) {
    return new JitterRetry(kind, maxRetries, firstDelay, maxDelay);
  }

  /** These pauses with another number of retries. */
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
    Decorrelated pauses = new Decorrelated();
    return new MaxRetries(maxRetries, conflict -> pauses.next());
  }

  private final class Decorrelated {
    private Duration last = firstDelay;

    Duration next() {
      Duration drawn = between(firstDelay, last.multipliedBy(3));
      last = drawn.compareTo(maxDelay) < 0 ? drawn : maxDelay;
      return last;
    }
  }

  /** Both included. */
  static Duration between(Duration from, Duration to) {
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(from.toNanos(), to.toNanos() + 1));
  }
}
