package dev.aether.client.retry;

import java.time.Duration;
import java.util.List;

/**
 * Delays depend on the gap: the number of versions that others have saved since the attempt's view
 * of the actor shows how contended the actor is.
 *
 * <table>
 * <caption>The delay after a conflict</caption>
 * <tr><th>gap</th><th>delay</th></tr>
 * <tr><td>1 or less</td><td>{@code single}</td></tr>
 * <tr><td>2</td><td>halfway between the delays of 1 and 3</td></tr>
 * <tr><td>3 to {@code proportionalUpTo}</td><td>gap × {@code perVersion}</td></tr>
 * <tr><td>above</td><td>random between d and 2 × d, where d is gap × {@code perVersion} but at most
 * half of {@code maxDelay}</td></tr>
 * </table>
 *
 * @param maxRetries attempts after the first; 0 for none
 * @param single delay for a gap of 1; like all delays not negative and at most {@link
 *     RetryDecision#MAX_DELAY}
 * @param perVersion delay per version of the gap
 * @param proportionalUpTo the largest gap with a proportional delay, at least 3
 * @param maxDelay upper limit of all delays
 */
public record AdaptiveRetry(
    int maxRetries, Duration single, Duration perVersion, long proportionalUpTo, Duration maxDelay)
    implements RetryPolicy {

  /** Checks the numbers. */
  public AdaptiveRetry {
    MaxRetries.checked(maxRetries);
    for (Duration delay : List.of(single, perVersion, maxDelay)) {
      RetryDecision.Retry unused = new RetryDecision.Retry(delay);
    }
    if (proportionalUpTo < 3) {
      throw new IllegalArgumentException("proportionalUpTo " + proportionalUpTo + " is below 3");
    }
  }

  /** 10 retries; 50 ms for a gap of 1, 50 ms for each version up to 10; at most 5 s. */
  public AdaptiveRetry() {
    this(10, Duration.ofMillis(50), Duration.ofMillis(50), 10, Duration.ofSeconds(5));
  }

  /** Returns this policy with another number of retries. */
  public AdaptiveRetry withMaxRetries(int maxRetries) {
    return new AdaptiveRetry(maxRetries, single, perVersion, proportionalUpTo, maxDelay);
  }

  @Override
  public RetrySession begin(String actorId) {
    return new MaxRetries(maxRetries, conflict -> delay(conflict.gap()));
  }

  /** The delay after a conflict with this gap. */
  Duration delay(long gap) {
    if (gap <= 1) {
      return atMost(maxDelay, single);
    }
    if (gap == 2) {
      return atMost(maxDelay, single.plus(perVersion.multipliedBy(3)).dividedBy(2));
    }
    if (gap <= proportionalUpTo) {
      return atMost(maxDelay, perVersion.multipliedBy(gap));
    }
    // The lower bound is at most half of the maximum, which always leaves room to spread.
    Duration least = atMost(maxDelay.dividedBy(2), times(perVersion, gap));
    return JitterRetry.between(least, atMost(maxDelay, least.multipliedBy(2)));
  }

  /** The product, without overflow. */
  private Duration times(Duration each, long gap) {
    return each.isZero() || gap <= maxDelay.toNanos() / each.toNanos()
        ? each.multipliedBy(gap)
        : maxDelay;
  }

  private static Duration atMost(Duration bound, Duration delay) {
    return delay.compareTo(bound) < 0 ? delay : bound;
  }
}
