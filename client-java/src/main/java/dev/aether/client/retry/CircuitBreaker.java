package dev.aether.client.retry;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Fails fast where saves fail anyway. Closed, it lets all through and counts failures in a row; at
 * so many it opens and lets nothing through for a while; then, half-open, it lets trials through:
 * the first that succeeds closes it, the first that fails opens it again. Trials that don't end
 * hold it up no longer than {@link CircuitBreakerOptions#openFor()}: so long after the latest began
 * another is let through, and whichever ends first decides. For any number of threads.
 *
 * <p>Around a policy ({@link #around}) it watches the saves of that policy; it is usable for any
 * other call too. One for a client protects its server; for one per group of actors there is {@link
 * CircuitBreakers}.
 *
 * <p>What says nothing of the server changes nothing, and if it was a trial makes room for another:
 * a call that was cancelled or that another breaker refused, and a save that ended before the
 * server answered an attempt, since there was nothing to save or since the caller's own code threw
 * what is no failure ({@link CircuitBreakerOptions#isFailure()}).
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

  private final CircuitBreakerOptions options;
  private final LongSupplier nanoTime;

  // All below under this object's lock.
  private State state = State.CLOSED;
  private int failures;
  private int trials;

  /** When it took its present state, or, half-open, let the latest trial through. */
  private long sinceNanos;

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
    if (state == State.OPEN && nanosLeft() <= 0) {
      become(State.HALF_OPEN);
    }
    return state;
  }

  /** Whether it would let a call through now. */
  public synchronized boolean canRetry() {
    return switch (state()) {
      case CLOSED -> true;
      case OPEN -> false;
      case HALF_OPEN -> trials < options.trials() || nanosLeft() <= 0;
    };
  }

  /**
   * The policy, whose saves begin only as this breaker lets them through, and end early when it
   * opens meanwhile.
   */
  public RetryPolicy around(RetryPolicy policy) {
    return actorId -> session(policy, actorId);
  }

  RetrySession session(RetryPolicy policy, String actorId) {
    Permit permit = acquire();
    RetrySession within;
    try {
      within = policy.begin(actorId);
    } catch (Throwable thrown) {
      permit.end(CallResult.ofSave(thrown, false, options.isFailure()));
      throw thrown;
    }
    return new WatchedSession(within, permit);
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
      permit.end(CallResult.ofCall(failure, options.isFailure()));
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
      permit.end(CallResult.ofCall(thrown, options.isFailure()));
      throw thrown;
    }
    if (begun == null) {
      permit.end(CallResult.NONE);
      throw new NullPointerException("the call returned no future");
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    CompletableFuture<?> ends =
        begun.whenComplete(
            (value, thrown) -> {
              // Before anybody who hears of it begins the next.
              permit.end(CallResult.ofCall(thrown, options.isFailure()));
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
      // The clock went on since: a refusal while open names a time above zero.
      throw new CircuitBreakerOpenException(
          state == State.OPEN ? Duration.ofNanos(Math.max(1, nanosLeft())) : Duration.ZERO);
    }
    if (state == State.HALF_OPEN) {
      trials++;
      sinceNanos = nanoTime.getAsLong();
    }
    return new Permit(era);
  }

  /** Until {@link CircuitBreakerOptions#openFor()} is over. */
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

  /** One call that was let through; must end, or half-open its trial is missed. */
  private final class Permit {
    private final long begun;

    Permit(long begun) {
      this.begun = begun;
    }

    void end(CallResult result) {
      synchronized (CircuitBreaker.this) {
        if (begun != era) {
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
          case OPEN -> throw new IllegalStateException("let through while open");
        }
      }
    }
  }

  /** A save that was let through. */
  private final class WatchedSession extends DelegatingSession {
    private final Permit permit;

    /** Whether the server answered an attempt: a conflict is an answer. */
    private boolean answered;

    WatchedSession(RetrySession within, Permit permit) {
      super(within);
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
