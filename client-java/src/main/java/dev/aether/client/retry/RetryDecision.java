package dev.aether.client.retry;

import java.time.Duration;

/** What follows on a conflict. */
public sealed interface RetryDecision {
  /** Who waits longer between two attempts made a mistake. */
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

  /** StopReason a save is given up. */
  enum StopReason {
    /** As many attempts as the policy allows. */
    TOO_MANY_ATTEMPTS,
    /** The time that the policy allows is over. */
    TIMED_OUT,
    /** Thrashing: the actor did not move, and yet each attempt conflicts. */
    SAME_VERSION_AGAIN,
    /** Thrashing: others save as much between two attempts as before, or more. */
    GAP_NOT_SHRINKING,
    /** The circuit breaker opened meanwhile. */
    CIRCUIT_OPEN
  }
}
