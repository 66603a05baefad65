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
 * @param failuresToOpen number of failures in a row after which it opens, at least 1
 * @param openFor how long it stays open, above zero
 * @param trials number of concurrent trial calls after that, at least 1
 * @param isFailure which exceptions count as failures. For a call, everything else counts as
 *     success. For a save, everything else counts as success only if the server has answered: the
 *     commit was stored, an {@link AetherException} was thrown (except for an interrupted wait,
 *     {@link Reason#CANCELLED}), or a conflict occurred before. Other ends, such as an exception of
 *     a decider, are ignored. It is called by the thread in which the call ends; if it throws, the
 *     call counts as a failure
 */
public record CircuitBreakerOptions(
    int failuresToOpen, Duration openFor, int trials, Predicate<Throwable> isFailure) {

  /** Reasons that show that the server or its store does not work. */
  private static final Set<Reason> OUTAGE =
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
   * Opens after 5 failures in a row, for 1 s, and then lets one trial through. Failures are saves
   * on which a policy gave up, and errors that show that the server or its store does not work or
   * cannot be reached.
   */
  public static CircuitBreakerOptions defaults() {
    return DEFAULTS;
  }

  private static boolean isContentionOrOutage(Throwable thrown) {
    return thrown instanceof RetriesExhaustedException
        || thrown instanceof AetherException e && OUTAGE.contains(e.reason());
  }

  /** Returns these options with another number of failures in a row. */
  public CircuitBreakerOptions withFailuresToOpen(int failuresToOpen) {
    return new CircuitBreakerOptions(failuresToOpen, openFor, trials, isFailure);
  }

  /** Returns these options with another time to stay open. */
  public CircuitBreakerOptions withOpenFor(Duration openFor) {
    return new CircuitBreakerOptions(failuresToOpen, openFor, trials, isFailure);
  }

  /** Returns these options with another number of concurrent trials. */
  public CircuitBreakerOptions withTrials(int trials) {
    return new CircuitBreakerOptions(failuresToOpen, openFor, trials, isFailure);
  }

  /** Returns these options with another definition of failures. */
  public CircuitBreakerOptions withFailure(Predicate<Throwable> isFailure) {
    return new CircuitBreakerOptions(failuresToOpen, openFor, trials, isFailure);
  }
}
