package dev.aether.client.retry;

import java.time.Duration;
import java.util.function.Function;

/** Ends a course after so many attempts; until then each conflict gets its pause. */
record MaxRetries(int maxRetries, Function<Conflict, Duration> pause) implements RetryCourse {

  static int checked(int maxRetries) {
    if (maxRetries < 0) {
      throw new IllegalArgumentException("maxRetries " + maxRetries + " is negative");
    }
    return maxRetries;
  }

  @Override
  public Verdict onConflict(Conflict conflict) {
    return conflict.attempt() > maxRetries
        ? new Verdict.Stop(Verdict.Why.TOO_MANY_ATTEMPTS)
        : new Verdict.Again(pause.apply(conflict));
  }
}
