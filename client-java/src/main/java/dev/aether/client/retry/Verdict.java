package dev.aether.client.retry;

import java.time.Duration;

/** What follows on a conflict. */
public sealed interface Verdict {
  /** Who waits longer between two attempts made a mistake. */
  Duration LONGEST_PAUSE = Duration.ofDays(1);

  /**
   * Decide again.
   *
   * @param pause how long to wait before, not negative, at most {@link #LONGEST_PAUSE}
   */
  record Again(Duration pause) implements Verdict {
    /** Checks the pause. */
    public Again {
      if (pause.isNegative() || pause.compareTo(LONGEST_PAUSE) > 0) {
        throw new IllegalArgumentException("pause " + pause + " is negative or above a day");
      }
    }
  }

  /**
   * Give up.
   *
   * @param why the reason
   */
  record Stop(Why why) implements Verdict {}

  /** Why a save is given up. */
  enum Why {
    /** As many attempts as the policy allows. */
    TOO_MANY_ATTEMPTS,
    /** The time that the policy allows is over. */
    TIME_OVER,
    /** Thrashing: the actor did not move, and yet each attempt conflicts. */
    SAME_VERSION_AGAIN,
    /** Thrashing: others save as much between two attempts as before, or more. */
    GAP_NOT_SHRINKING,
    /** The circuit breaker opened meanwhile. */
    CIRCUIT_OPEN
  }
}
