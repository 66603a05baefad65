package dev.aether.client.retry;

import dev.aether.client.AetherException;
import dev.aether.client.Reason;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/**
 * When a {@link CircuitBreaker} opens and closes.
 *
 * @param failuresToOpen so many failures in a row, at least 1
 * @param openFor how long it lets nothing through then, above zero
 * @param trials calls that it lets through at once afterwards, at least 1
 * @param isFailure what counts. Of a call, all else counts as success. Of a save, all else that is
 *     the server's answer: it is stored, an {@link AetherException} (other than of an interrupted
 *     wait, {@link Reason#CANCELLED}), or whatever came after a conflict; what ends it otherwise,
 *     as an exception of a decider, says nothing. Asked by the thread in which the call ends; where
 *     it throws, the call counts as a failure
 */
public record CircuitBreakerOptions(
    int failuresToOpen, Duration openFor, int trials, Predicate<Throwable> isFailure) {

  /** The server or its store is not well. */
  private static final Set<Reason> UNWELL =
      Set.of(
          Reason.UNREACHABLE,
          Reason.STORE_UNAVAILABLE,
          Reason.STORE_FULL,
          Reason.OVERLOADED,
          Reason.SHUTTING_DOWN,
          Reason.OUTCOME_UNKNOWN,
          Reason.DEADLINE_EXCEEDED);

  private static final CircuitBreakerOptions DEFAULTS =
      new CircuitBreakerOptions(
          5, Duration.ofSeconds(1), 1, CircuitBreakerOptions::isContentionOrOutage);

  /** Checks the numbers. */
  public CircuitBreakerOptions {
    if (failuresToOpen < 1 || trials < 1 || openFor.isNegative() || openFor.isZero()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "failuresToOpen %d, openFor %s, trials %d",
              failuresToOpen,
              openFor,
              trials));
    }
  }

  /**
   * Opens at 5 failures in a row, for 1 s, then lets one trial through. Failures are saves that a
   * policy gave up, and answers that say that the server or its store is not well or is not heard.
   */
  public static CircuitBreakerOptions defaults() {
    return DEFAULTS;
  }

  private static boolean isContentionOrOutage(Throwable thrown) {
    return thrown instanceof RetriesExhaustedException
        || thrown instanceof AetherException e && UNWELL.contains(e.reason());
  }

  /** These options with another number of failures in a row. */
  public CircuitBreakerOptions withFailuresToOpen(int failuresToOpen) {
    return new CircuitBreakerOptions(failuresToOpen, openFor, trials, isFailure);
  }

  /** These options with another time to let nothing through. */
  public CircuitBreakerOptions withOpenFor(Duration openFor) {
    return new CircuitBreakerOptions(failuresToOpen, openFor, trials, isFailure);
  }

  /** These options with another number of trials at once. */
  public CircuitBreakerOptions withTrials(int trials) {
    return new CircuitBreakerOptions(failuresToOpen, openFor, trials, isFailure);
  }

  /** These options with another opinion on what a failure is. */
  public CircuitBreakerOptions withFailure(Predicate<Throwable> isFailure) {
    return new CircuitBreakerOptions(failuresToOpen, openFor, trials, isFailure);
  }
}
