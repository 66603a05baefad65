package dev.aether.client.retry;

import java.time.Duration;

/**
 * Another policy that ends with a time: no attempt is begun after it, and no pause would lead past
 * it.
 *
 * @param limit from the first attempt on, above zero
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
    long endNanos = System.nanoTime() + limit.toNanos();
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
