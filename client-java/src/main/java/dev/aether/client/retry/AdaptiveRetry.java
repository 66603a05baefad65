package dev.aether.client.retry;

import java.time.Duration;
import java.util.List;

/**
 * Pauses by the gap: how much others saved since the attempt's view tells how contended the actor
 * is.
 *
 * <table>
 * <caption>The pause after a conflict</caption>
 * <tr><th>gap</th><th>pause</th></tr>
 * <tr><td>1 or less</td><td>{@code single}</td></tr>
 * <tr><td>2</td><td>in the middle between those of 1 and 3</td></tr>
 * <tr><td>3 to {@code proportionalUpTo}</td><td>gap × {@code perVersion}</td></tr>
 * <tr><td>above</td><td>random between gap × {@code perVersion} and twice that, the former at most
 * half of {@code longest}, the latter at most {@code longest}</td></tr>
 * </table>
 *
 * @param maxRetries attempts after the first; 0: none
 * @param single not negative, as all of them at most {@link RetryDecision#MAX_DELAY}
 * @param perVersion not negative
 * @param proportionalUpTo the largest gap that is not aggressive, at least 3
 * @param longest of all pauses, not negative
 */
public record AdaptiveRetry(
    int maxRetries, Duration single, Duration perVersion, long proportionalUpTo, Duration longest)
    implements RetryPolicy {

  /** Checks the numbers. */
  public AdaptiveRetry {
    MaxRetries.checked(maxRetries);
    for (Duration pause : List.of(single, perVersion, longest)) {
      RetryDecision.Retry unused = new RetryDecision.Retry(pause);
    }
    if (proportionalUpTo < 3) {
      throw new IllegalArgumentException("proportionalUpTo " + proportionalUpTo + " is below 3");
    }
  }

  /** 10 retries; 50 ms for a gap of 1, 50 ms for each version up to 10; never above 5 s. */
  public AdaptiveRetry() {
    this(10, Duration.ofMillis(50), Duration.ofMillis(50), 10, Duration.ofSeconds(5));
  }

  /** These pauses with another number of retries. */
  public AdaptiveRetry withMaxRetries(int maxRetries) {
    return new AdaptiveRetry(maxRetries, single, perVersion, proportionalUpTo, longest);
  }

  @Override
  public RetrySession begin(String actorId) {
    return new MaxRetries(maxRetries, conflict -> pause(conflict.gap()));
  }

  /** The pause after a conflict with this gap. */
  Duration pause(long gap) {
    if (gap <= 1) {
      return atMost(longest, single);
    }
    if (gap == 2) {
      return atMost(longest, single.plus(perVersion.multipliedBy(3)).dividedBy(2));
    }
    if (gap <= proportionalUpTo) {
      return atMost(longest, perVersion.multipliedBy(gap));
    }
    // Whatever the gap, there is room to spread between the two.
    Duration least = atMost(longest.dividedBy(2), times(perVersion, gap));
    return JitterRetry.between(least, atMost(longest, least.multipliedBy(2)));
  }

  /** As a product that does not overflow. */
  private Duration times(Duration each, long gap) {
    return each.isZero() || gap <= longest.toNanos() / each.toNanos()
        ? each.multipliedBy(gap)
        : longest;
  }

  private static Duration atMost(Duration bound, Duration pause) {
    return pause.compareTo(bound) < 0 ? pause : bound;
  }
}
