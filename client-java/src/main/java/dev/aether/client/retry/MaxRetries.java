package dev.aether.client.retry;

import java.time.Duration;
import java.util.function.Function;

/** Ends a course after so many attempts; until then each conflict gets its pause. */
record MaxRetries(int maxRetries, Function<Conflict, Duration> delay) implements RetrySession {

  static int checked(int maxRetries) {
    if (maxRetries < 0) {
      throw new IllegalArgumentException("maxRetries " + maxRetries + " is negative");
    }
    return maxRetries;
  }

  @Override
  public RetryDecision onConflict(Conflict conflict) {
    return conflict.attempt() > maxRetries
        ? new RetryDecision.Stop(RetryDecision.StopReason.TOO_MANY_ATTEMPTS)
        : new RetryDecision.Retry(delay.apply(conflict));
  }
}
