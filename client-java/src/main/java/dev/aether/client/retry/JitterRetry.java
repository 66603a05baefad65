package dev.aether.client.retry;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Random pauses below a bound that grows, so that writers that conflict spread. The one to begin
 * with where several write to one actor.
 *
 * @param kind how pauses are drawn
 * @param maxRetries attempts after the first; 0: none
 * @param firstPause above zero
 * @param longestPause not below the first, at most {@link Verdict#LONGEST_PAUSE}
 */
public record JitterRetry(Kind kind, int maxRetries, Duration firstPause, Duration longestPause)
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
    Exponential unused = new Exponential(firstPause, longestPause);
  }

  /** Full jitter: 10 retries, below 10 ms the first time, never above 1 s. */
  public JitterRetry() {
    this(Kind.FULL, 10, Duration.ofMillis(10), Duration.ofSeconds(1));
  }

  /** These pauses, drawn otherwise. */
  public JitterRetry withKind(Kind kind) {
    return new JitterRetry(kind, maxRetries, firstPause, longestPause);
  }

  /** These pauses with another number of retries. */
  public JitterRetry withMaxRetries(int maxRetries) {
    return new JitterRetry(kind, maxRetries, firstPause, longestPause);
  }

  @Override
  public RetryCourse begin(String actorId) {
    if (kind == Kind.FULL) {
      Exponential bounds = new Exponential(firstPause, longestPause);
      return new MaxRetries(
          maxRetries, conflict -> between(Duration.ZERO, bounds.after(conflict.attempt())));
    }
    Decorrelated pauses = new Decorrelated();
    return new MaxRetries(maxRetries, conflict -> pauses.next());
  }

  private final class Decorrelated {
    private Duration last = firstPause;

    Duration next() {
      Duration drawn = between(firstPause, last.multipliedBy(3));
      last = drawn.compareTo(longestPause) < 0 ? drawn : longestPause;
      return last;
    }
  }

  /** Both included. */
  static Duration between(Duration from, Duration to) {
    return Duration.ofNanos(ThreadLocalRandom.current().nextLong(from.toNanos(), to.toNanos() + 1));
  }
}
