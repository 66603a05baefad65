package dev.aether.client.retry;

import dev.aether.client.AetherException;
import dev.aether.client.Reason;
import dev.aether.client.internal.calls.Futures;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the end of a call shows about the server behind a {@link CircuitBreaker}. */
enum CallResult {
  /** The server works. */
  SUCCESS,
  /** The server does not work. */
  FAILURE,
  /** Nothing; the server may not even have been called. */
  NONE;

  private static final Logger LOG = LoggerFactory.getLogger(CallResult.class);

  /** The result of any call: everything that is not a failure is a success. */
  static CallResult ofCall(@Nullable Throwable thrown, Predicate<Throwable> isFailure) {
    if (thrown == null) {
      return SUCCESS;
    }
    Throwable cause = Futures.cause(thrown);
    if (cause instanceof CancellationException || cause instanceof CircuitBreakerOpenException) {
      return NONE; // Cancelled by the caller, or never sent.
    }
    return counts(cause, isFailure) ? FAILURE : SUCCESS;
  }

  /**
   * The result of a save that was not stored. A save also runs the caller's code, whose failures
   * are not the server's.
   *
   * @param answered whether the server had answered one of its attempts
   */
  static CallResult ofSave(Throwable thrown, boolean answered, Predicate<Throwable> isFailure) {
    CallResult ofCall = ofCall(thrown, isFailure);
    return ofCall == SUCCESS && !answered && !isAnswer(Futures.cause(thrown)) ? NONE : ofCall;
  }

  private static boolean isAnswer(Throwable cause) {
    return cause instanceof AetherException e
        && e.reason() != Reason.CANCELLED
        && e.reason() != Reason.CLIENT_CLOSED;
  }

  /** Whether the exception counts as a failure; if the predicate throws, it does. */
  private static boolean counts(Throwable cause, Predicate<Throwable> isFailure) {
    try {
      return isFailure.test(cause);
    } catch (Throwable t) {
      LOG.error("the isFailure predicate of a circuit breaker failed", t);
      return true;
    }
  }
}
