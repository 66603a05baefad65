package dev.aether.client.retry;

import java.time.Duration;

/**
 * A few retries, with pauses that double. For actors that are seldom contended: writers that
 * conflict wait alike and meet again.
 *
 * <p>It gives up after {@code maxRetries}, and under contention often. The save then ends with
 * {@link RetriesExhaustedException}, and nothing is stored: the caller must catch that, and refuse
 * the command or bring it again later. More retries ({@link #withMaxRetries}) or {@link
 * JitterRetry} give up less often.
 *
 * @param maxRetries attempts after the first; 0: none
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

  /** These pauses with another number of retries. */
  public SimpleRetry withMaxRetries(int maxRetries) {
    return new SimpleRetry(maxRetries, firstDelay, maxDelay);
  }

  @Override
  public RetrySession begin(String actorId) {
    ExponentialDelay pauses = new ExponentialDelay(firstDelay, maxDelay);
    return new MaxRetries(maxRetries, conflict -> pauses.after(conflict.attempt()));
  }
}
