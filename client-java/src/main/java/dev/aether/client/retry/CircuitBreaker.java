package dev.aether.client.retry;

import dev.aether.client.internal.calls.Futures;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Fails fast while calls are failing anyway. While closed, it lets all calls through and counts
 * failures in a row. After too many of them it opens and refuses all calls for a while. Then it is
 * half-open and lets trial calls through: the first success closes it, the first failure opens it
 * again. A trial that does not complete does not block it for longer than {@link
 * CircuitBreakerOptions#openFor()}: after that time another trial is let through, and whichever
 * completes first decides. Safe for use by many threads.
 *
 * <p>Around a policy ({@link #around}) it watches the saves of that policy; it can be used for any
 * other calls, too. One breaker per client protects the server; {@link CircuitBreakers} provides
 * one per group of actors.
 *
 * <p>Results that show nothing about the server do not change the state, and if the call was a
 * trial, another one is let through. These are calls that were cancelled or refused by another
 * breaker, and saves that ended before the server answered an attempt, because there was nothing to
 * save or because the caller's own code threw an exception that is not a failure ({@link
 * CircuitBreakerOptions#isFailure()}).
 */
public final class CircuitBreaker {
  /** The current state. */
  public enum State {
    /** All calls are let through. */
    CLOSED,
    /** All calls are refused. */
    OPEN,
    /** A few trial calls are let through. */
    HALF_OPEN
  }

  private final CircuitBreakerOptions options;
  private final LongSupplier nanoTime;

  // Everything below is guarded by this.
  private State state = State.CLOSED;
  private int failures;
  private int trials;

  /** When it entered the current state or, if half-open, let the latest trial through. */
  private long sinceNanos;

  /**
   * Increases with each change of state: calls that started before a change are ignored after it.
   */
  private long era;

  /** Creates a closed breaker with the default options. */
  public CircuitBreaker() {
    this(CircuitBreakerOptions.defaults());
  }

  /** Creates a closed breaker. */
  public CircuitBreaker(CircuitBreakerOptions options) {
    this(options, System::nanoTime);
  }

  CircuitBreaker(CircuitBreakerOptions options, LongSupplier nanoTime) {
    this.options = options;
    this.nanoTime = nanoTime;
  }

  /** The current state. */
  public synchronized State state() {
    if (state == State.OPEN && nanosLeft() <= 0) {
      become(State.HALF_OPEN);
    }
    return state;
  }

  /** Whether a call would be let through now. */
  public synchronized boolean canRetry() {
    return switch (state()) {
      case CLOSED -> true;
      case OPEN -> false;
      case HALF_OPEN -> trials < options.trials() || nanosLeft() <= 0;
    };
  }

  /**
   * Returns a policy whose saves start only if this breaker lets them through, and stop early if it
   * opens in the meantime.
   */
  public RetryPolicy around(RetryPolicy policy) {
    return actorId -> session(policy, actorId);
  }

  RetrySession session(RetryPolicy policy, String actorId) {
    Permit permit = acquire();
    RetrySession session;
    try {
      session = policy.begin(actorId);
    } catch (Throwable thrown) {
      permit.end(CallResult.ofSave(thrown, false, options.isFailure()));
      throw thrown;
    }
    return new WatchedSession(session, permit);
  }

  /**
   * Runs a call if it is let through.
   *
   * @throws CircuitBreakerOpenException if it is not
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
      permit.end(CallResult.ofCall(failure, options.isFailure()));
    }
  }

  /**
   * Starts a call if it is let through; otherwise the future fails with {@link
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
    CompletableFuture<T> started;
    try {
      started = call.get();
    } catch (Throwable thrown) {
      permit.end(CallResult.ofCall(thrown, options.isFailure()));
      throw thrown;
    }
    if (started == null) {
      permit.end(CallResult.NONE);
      throw new NullPointerException("the call returned no future");
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    CompletableFuture<?> ends =
        started.whenComplete(
            (value, thrown) -> {
              // Before a caller that sees the result starts the next call.
              permit.end(CallResult.ofCall(thrown, options.isFailure()));
              if (thrown == null) {
                answer.complete(value);
              } else {
                answer.completeExceptionally(Futures.cause(thrown));
              }
            });
    CompletableFuture<?> cancels = answer.whenComplete((value, thrown) -> started.cancel(true));
    return answer;
  }

  private synchronized Permit acquire() {
    if (!canRetry()) {
      // Time has passed since the check, but a refusal while open must report a time above zero.
      throw new CircuitBreakerOpenException(
          state == State.OPEN ? Duration.ofNanos(Math.max(1, nanosLeft())) : Duration.ZERO);
    }
    if (state == State.HALF_OPEN) {
      trials++;
      sinceNanos = nanoTime.getAsLong();
    }
    return new Permit(era);
  }

  /** Time left until {@link CircuitBreakerOptions#openFor()} has passed. */
  private long nanosLeft() {
    return sinceNanos + TimeUnit.NANOSECONDS.convert(options.openFor()) - nanoTime.getAsLong();
  }

  private void become(State next) {
    state = next;
    era++;
    failures = 0;
    trials = 0;
    sinceNanos = nanoTime.getAsLong();
  }

  /**
   * A call that was let through. It must end, or its trial would be missing in the half-open state.
   */
  private final class Permit {
    private final long started;

    Permit(long started) {
      this.started = started;
    }

    void end(CallResult result) {
      synchronized (CircuitBreaker.this) {
        if (started != era) {
          return;
        }
        if (result == CallResult.NONE) {
          trials -= state == State.HALF_OPEN ? 1 : 0;
          return;
        }
        boolean failed = result == CallResult.FAILURE;
        switch (state) {
          case CLOSED -> {
            failures = failed ? failures + 1 : 0;
            if (failures >= options.failuresToOpen()) {
              become(State.OPEN);
            }
          }
          case HALF_OPEN -> become(failed ? State.OPEN : State.CLOSED);
          case OPEN ->
              throw new IllegalStateException("a call was let through while the breaker was open");
        }
      }
    }
  }

  /** A save that was let through. */
  private final class WatchedSession extends DelegatingSession {
    private final Permit permit;

    /** Whether the server has answered an attempt; a conflict is an answer. */
    private boolean answered;

    WatchedSession(RetrySession session, Permit permit) {
      super(session);
      this.permit = permit;
    }

    @Override
    public RetryDecision onConflict(Conflict conflict) {
      answered = true;
      return state() == State.OPEN
          ? new RetryDecision.Stop(RetryDecision.StopReason.CIRCUIT_OPEN)
          : super.onConflict(conflict);
    }

    @Override
    public void onEnd(@Nullable Throwable failure) {
      permit.end(
          failure == null
              ? CallResult.SUCCESS
              : CallResult.ofSave(failure, answered, options.isFailure()));
      super.onEnd(failure);
    }

    @Override
    public void onNothingToSave() {
      permit.end(answered ? CallResult.SUCCESS : CallResult.NONE);
      super.onNothingToSave();
    }
  }
}
