package dev.aether.client.retry;

import java.time.Duration;

/** What to do after a conflict. */
public sealed interface RetryDecision {
  /** Maximum delay between two attempts; a longer one is certainly a mistake. */
  Duration MAX_DELAY = Duration.ofDays(1);

  /**
   * Decide again.
   *
   * @param delay how long to wait before, not negative, at most {@link #MAX_DELAY}
   */
  record Retry(Duration delay) implements RetryDecision {
    /** Checks the delay. */
    public Retry {
      if (delay.isNegative() || delay.compareTo(MAX_DELAY) > 0) {
        throw new IllegalArgumentException("delay " + delay + " is negative or above a day");
      }
    }
  }

  /**
   * Give up.
   *
   * @param reason the reason
   */
  record Stop(StopReason reason) implements RetryDecision {}

  /** Why a policy gives up on a save. */
  enum StopReason {
    /** The maximum number of attempts has been made. */
    TOO_MANY_ATTEMPTS,
    /** The time limit of the policy has passed. */
    TIMED_OUT,
    /** Thrashing: the actor stays at the same version, and yet each attempt conflicts. */
    SAME_VERSION_AGAIN,
    /** Thrashing: between two attempts, others save as many events as before, or more. */
    GAP_NOT_SHRINKING,
    /** The circuit breaker opened in the meantime. */
    CIRCUIT_OPEN
  }
}
