package dev.aether.client.retry;

import java.time.Duration;
import java.util.Locale;

/** A {@link CircuitBreaker} lets nothing through: nothing was sent. */
public final class CircuitBreakerOpenException extends RetryException {
  private final Duration retryAfter;

  CircuitBreakerOpenException(Duration retryAfter) {
    super(
        retryAfter.isZero()
            ? "the circuit breaker is half-open and its trial call is still running"
            : String.format(
                Locale.ROOT,
                "the circuit breaker is open for another %d ms",
                retryAfter.toMillis()),
        null);
    this.retryAfter = retryAfter;
  }

  /** When a trial may be let through; zero if it is half-open and another trial is running. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
