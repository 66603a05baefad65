package dev.aether.client.retry;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fails fast where saves fail anyway. Closed, it lets all through and counts failures in a row; at
 * so many it opens and lets nothing through for a while; then, half-open, it lets trials through:
 * the first that succeeds closes it, the first that fails opens it again. For any number of
 * threads.
 *
 * <p>Around a policy ({@link #around}) it watches the saves of that policy; it is usable for any
 * other call too. One for a client protects its server; for one per group of actors there is {@link
 * CircuitBreakers}.
 */
public final class CircuitBreaker {
  /** What it does at present. */
  public enum State {
    /** Lets all through. */
    CLOSED,
    /** Lets nothing through. */
    OPEN,
    /** Lets a few trials through. */
    HALF_OPEN
  }

  private static final Logger LOG = LoggerFactory.getLogger(CircuitBreaker.class);

  private final CircuitBreakerOptions options;
  private final LongSupplier nanoTime;

  // All below under this object's lock.
  private State state = State.CLOSED;
  private int failures;
  private int trials;
  private long openedNanos;

  /** Rises with each change of state: what began before one says nothing after it. */
  private long era;

  /** A closed one, with the default options. */
  public CircuitBreaker() {
    this(CircuitBreakerOptions.defaults());
  }

  /** A closed one. */
  public CircuitBreaker(CircuitBreakerOptions options) {
    this(options, System::nanoTime);
  }

  CircuitBreaker(CircuitBreakerOptions options, LongSupplier nanoTime) {
    this.options = options;
    this.nanoTime = nanoTime;
  }

  /** What it does at present. */
  public synchronized State state() {
    if (state == State.OPEN && openNanosLeft() <= 0) {
      become(State.HALF_OPEN);
    }
    return state;
  }

  /** Whether it would let a call through now. */
  public synchronized boolean canRetry() {
    return switch (state()) {
      case CLOSED -> true;
      case OPEN -> false;
      case HALF_OPEN -> trials < options.trials();
    };
  }

  /**
   * The policy, whose saves begin only as this breaker lets them through, and end early when it
   * opens meanwhile.
   */
  public RetryPolicy around(RetryPolicy policy) {
    return actorId -> course(policy, actorId);
  }

  RetryCourse course(RetryPolicy policy, String actorId) {
    Permit permit = acquire();
    RetryCourse within;
    try {
      within = policy.begin(actorId);
    } catch (RuntimeException e) {
      permit.end(e);
      throw e;
    }
    return new AroundCourse(within) {
      @Override
      public Verdict onConflict(Conflict conflict) {
        return state() == State.OPEN
            ? new Verdict.Stop(Verdict.Why.CIRCUIT_OPEN)
            : super.onConflict(conflict);
      }

      @Override
      public void onEnd(@Nullable Throwable failure) {
        permit.end(failure);
        super.onEnd(failure);
      }
    };
  }

  /**
   * Runs a call if it is let through.
   *
   * @throws CircuitBreakerOpenException if not
   */
  public <T extends @Nullable Object> T call(Supplier<T> call) {
    Permit permit = acquire();
    Throwable failure = null;
    try {
      return call.get();
    } catch (Throwable thrown) {
      failure = thrown;
      throw thrown;
    } finally {
      permit.end(failure);
    }
  }

  /**
   * Begins a call if it is let through; else the future fails with {@link
   * CircuitBreakerOpenException}.
   */
  public <T extends @Nullable Object> CompletableFuture<T> callAsync(
      Supplier<CompletableFuture<T>> call) {
    Permit permit;
    try {
      permit = acquire();
    } catch (CircuitBreakerOpenException open) {
      return CompletableFuture.failedFuture(open);
    }
    CompletableFuture<T> begun;
    try {
      begun = call.get();
    } catch (Throwable thrown) {
      permit.end(thrown);
      throw thrown;
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    CompletableFuture<?> ends =
        begun.whenComplete(
            (value, thrown) -> {
              permit.end(thrown); // Before anybody who hears of it begins the next.
              if (thrown == null) {
                answer.complete(value);
              } else {
                answer.completeExceptionally(Causes.of(thrown));
              }
            });
    CompletableFuture<?> cancels = answer.whenComplete((value, thrown) -> begun.cancel(true));
    return answer;
  }

  private synchronized Permit acquire() {
    if (!canRetry()) {
      throw new CircuitBreakerOpenException(
          state == State.OPEN ? Duration.ofNanos(openNanosLeft()) : Duration.ZERO);
    }
    trials += state == State.HALF_OPEN ? 1 : 0;
    return new Permit(era);
  }

  private long openNanosLeft() {
    return openedNanos + TimeUnit.NANOSECONDS.convert(options.openFor()) - nanoTime.getAsLong();
  }

  private void become(State next) {
    state = next;
    era++;
    failures = 0;
    trials = 0;
    openedNanos = nanoTime.getAsLong();
  }

  /** Nothing was sent, or nobody waited for the answer. */
  private static boolean saysNothing(@Nullable Throwable cause) {
    return cause instanceof CancellationException || cause instanceof CircuitBreakerOpenException;
  }

  /** A predicate that fails says nothing for the call. */
  private boolean isFailure(Throwable cause) {
    try {
      return options.isFailure().test(cause);
    } catch (RuntimeException e) {
      LOG.error("what counts as a failure can't be told", e);
      return true;
    }
  }

  /** One call that was let through. */
  private final class Permit {
    private final long begun;

    Permit(long begun) {
      this.begun = begun;
    }

    void end(@Nullable Throwable failure) {
      synchronized (CircuitBreaker.this) {
        if (begun != era) {
          return;
        }
        Throwable cause = failure == null ? null : Causes.of(failure);
        if (saysNothing(cause)) {
          trials -= state == State.HALF_OPEN ? 1 : 0;
          return;
        }
        boolean failed = cause != null && isFailure(cause);
        switch (state) {
          case CLOSED -> {
            failures = failed ? failures + 1 : 0;
            if (failures >= options.failuresToOpen()) {
              become(State.OPEN);
            }
          }
          case HALF_OPEN -> become(failed ? State.OPEN : State.CLOSED);
          case OPEN -> throw new IllegalStateException("let through while open");
        }
      }
    }
  }
}
