package dev.aether.client.retry;

import java.time.Duration;

/**
 * A few retries with delays that double. For actors that are seldom contended: writers that
 * conflict wait equally long and conflict again.
 *
 * <p>It gives up after {@code maxRetries} attempts, which happens often under contention. The save
 * then fails with {@link RetriesExhaustedException}, and nothing is stored. The caller must handle
 * this, by rejecting the command or trying again later. More retries ({@link #withMaxRetries}) or
 * {@link JitterRetry} give up less often.
 *
 * @param maxRetries attempts after the first; 0 for none
 * @param firstDelay above zero
 * @param maxDelay not below the first, at most {@link RetryDecision#MAX_DELAY}
 */
public record SimpleRetry(int maxRetries, Duration firstDelay, Duration maxDelay)
    implements RetryPolicy {

  /** Checks the numbers. */
  public SimpleRetry {
    MaxRetries.checked(maxRetries);
    ExponentialDelay unused = new ExponentialDelay(firstDelay, maxDelay);
  }

  /** 3 retries, after 10, 20 and 40 ms. */
  public SimpleRetry() {
    this(3, Duration.ofMillis(10), Duration.ofSeconds(1));
  }

  /** Returns this policy with another number of retries. */
  public SimpleRetry withMaxRetries(int maxRetries) {
    return new SimpleRetry(maxRetries, firstDelay, maxDelay);
  }

  @Override
  public RetrySession begin(String actorId) {
    ExponentialDelay delays = new ExponentialDelay(firstDelay, maxDelay);
    return new MaxRetries(maxRetries, conflict -> delays.after(conflict.attempt()));
  }
}
