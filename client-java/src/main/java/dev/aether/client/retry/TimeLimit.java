package dev.aether.client.retry;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Limits another policy by time: no delay ends after the limit. The time for reading and deciding
 * after a delay does not count.
 *
 * @param limit time from the start of the save, above zero
 * @param policy decides within the limit
 */
public record TimeLimit(Duration limit, RetryPolicy policy) implements RetryPolicy {
  /** Checks the limit. */
  public TimeLimit {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException("limit " + limit + " is not above zero");
    }
  }

  @Override
  public RetrySession begin(String actorId) {
    long endNanos = System.nanoTime() + TimeUnit.NANOSECONDS.convert(limit);
    return new DelegatingSession(policy.begin(actorId)) {
      @Override
      public RetryDecision onConflict(Conflict conflict) {
        RetryDecision inner = super.onConflict(conflict);
        return inner instanceof RetryDecision.Retry again
                && System.nanoTime() + again.delay().toNanos() - endNanos > 0
            ? new RetryDecision.Stop(RetryDecision.StopReason.TIMED_OUT)
            : inner;
      }
    };
  }
}
