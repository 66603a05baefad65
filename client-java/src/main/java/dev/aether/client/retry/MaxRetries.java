package dev.aether.client.retry;

import java.time.Duration;
import java.util.function.Function;

/** Retries up to a maximum number of times, each time after the delay for the conflict. */
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
