package dev.aether.client.retry;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Another policy that ends with a time: after a conflict, no pause leads past it. What reading and
 * deciding take after the pause isn't counted.
 *
 * @param limit from the beginning of the save, above zero
 * @param policy what is said within it
 */
public record TimeLimit(Duration limit, RetryPolicy policy) implements RetryPolicy {
  /** Checks the limit. */
  public TimeLimit {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException("limit " + limit + " is not above zero");
    }
  }

  @Override
  public RetryCourse begin(String actorId) {
    long endNanos = System.nanoTime() + TimeUnit.NANOSECONDS.convert(limit);
    return new AroundCourse(policy.begin(actorId)) {
      @Override
      public Verdict onConflict(Conflict conflict) {
        Verdict inner = super.onConflict(conflict);
        return inner instanceof Verdict.Again again
                && System.nanoTime() + again.pause().toNanos() - endNanos > 0
            ? new Verdict.Stop(Verdict.Why.TIME_OVER)
            : inner;
      }
    };
  }
}
