package dev.aether.client.retry;

import dev.aether.client.AetherException;
import dev.aether.client.Reason;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the end of a call says of what a {@link CircuitBreaker} protects. */
enum CallResult {
  /** It does its work. */
  SUCCESS,
  /** It does not. */
  FAILURE,
  /** Nothing: it may not even have been asked. */
  NONE;

  private static final Logger LOG = LoggerFactory.getLogger(CallResult.class);

  /** Of any call: what is no failure is a success. */
  static CallResult ofCall(@Nullable Throwable thrown, Predicate<Throwable> isFailure) {
    if (thrown == null) {
      return SUCCESS;
    }
    Throwable cause = Causes.of(thrown);
    if (cause instanceof CancellationException || cause instanceof CircuitBreakerOpenException) {
      return NONE; // Nobody waited for the answer, or nothing was sent.
    }
    return counts(cause, isFailure) ? FAILURE : SUCCESS;
  }

  /**
   * Of a save that was not stored: it runs the caller's code, too, whose failures are not the
   * server's.
   *
   * @param answered whether the server had answered one of its attempts
   */
  static CallResult ofSave(Throwable thrown, boolean answered, Predicate<Throwable> isFailure) {
    CallResult ofCall = ofCall(thrown, isFailure);
    return ofCall == SUCCESS && !answered && !isAnswer(Causes.of(thrown)) ? NONE : ofCall;
  }

  private static boolean isAnswer(Throwable cause) {
    return cause instanceof AetherException e
        && e.reason() != Reason.CANCELLED
        && e.reason() != Reason.CLIENT_CLOSED;
  }

  /** A predicate that fails says nothing in favour of the call. */
  private static boolean counts(Throwable cause, Predicate<Throwable> isFailure) {
    try {
      return isFailure.test(cause);
    } catch (Throwable t) {
      LOG.error("what counts as a failure can't be told", t);
      return true;
    }
  }
}
