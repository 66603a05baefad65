package dev.aether.client.internal.calls;

import dev.aether.client.AetherException;
import dev.aether.client.NamespaceExistsException;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.Reason;
import dev.aether.client.RepeatOptions;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A unary call with its repeats: it sends the same request again, with random exponential backoff,
 * until there is an answer, an error that a retry cannot fix, or no time left. One attempt runs at
 * a time.
 */
public final class RepeatedCall<Q, A, R extends @Nullable Object> {

  /**
   * The call.
   *
   * @param method the RPC
   * @param request the request of the first attempt
   * @param again creates the request of every later attempt from it, always the same one
   * @param answer converts the answer to the result
   * @param change describes the change whose outcome matters; null for a read
   */
  public record Spec<Q, A, R extends @Nullable Object>(
      MethodDescriptor<Q, A> method,
      Q request,
      UnaryOperator<Q> again,
      Function<A, R> answer,
      @Nullable Change change) {

    /** A call that changes nothing. */
    public static <Q, A, R> Spec<Q, A, R> reading(
        MethodDescriptor<Q, A> method, Q request, Function<A, R> answer) {
      return new Spec<>(method, request, UnaryOperator.identity(), answer, null);
    }

    /** A change that is repeated with the same request. */
    public static <Q, A, R> Spec<Q, A, R> changing(
        MethodDescriptor<Q, A> method, Q request, Function<A, R> answer, Change change) {
      return new Spec<>(method, request, UnaryOperator.identity(), answer, change);
    }
  }

  /**
   * The change that a call makes.
   *
   * @param what names the change in "outcome unknown: … may or may not have succeeded"
   * @param commitId the commit id of a save; empty for other changes
   * @param sentBefore whether an earlier call may have made the change
   * @param onlyOnce whether the request must not be sent again once it may have been executed
   */
  public record Change(String what, String commitId, boolean sentBefore, boolean onlyOnce) {
    public static Change repeatable(String what) {
      return new Change(what, "", false, false);
    }

    public static Change onlyOnce(String what) {
      return new Change(what, "", false, true);
    }
  }

  /**
   * Limits of a call.
   *
   * @param deadline time limit of all attempts together
   * @param attemptTimeout time limit of one attempt
   * @param repeats number of attempts and delays between them
   */
  record Limits(Duration deadline, Duration attemptTimeout, RepeatOptions repeats) {}

  /** Another way to make the first attempt; all later ones are calls of their own. */
  public interface FirstAttempt<R extends @Nullable Object> {
    /**
     * Starts the attempt.
     *
     * @param deadline time limit of all attempts together
     * @return the result, or an {@link AetherException}; empty if a call must be made
     */
    Optional<CompletableFuture<R>> start(Duration deadline);
  }

  /** With less time than this, a repeat would only turn a known outcome into an unknown one. */
  private static final Duration LEAST_ATTEMPT = Duration.ofMillis(100);

  private final Connection connection;
  private final Spec<Q, A, R> spec;
  private final Limits limits;
  private final long endNanos;
  private final CompletableFuture<R> result = new CompletableFuture<>();

  // Changed only by the current attempt or the current delay, one after the other.
  private int attempts;
  private boolean outcomeUnknown;
  private volatile @Nullable ClientCall<Q, A> current;

  private RepeatedCall(Connection connection, Spec<Q, A, R> spec, Limits limits) {
    this.connection = connection;
    this.spec = spec;
    this.limits = limits;
    this.outcomeUnknown = spec.change() != null && spec.change().sentBefore();
    this.endNanos = System.nanoTime() + Durations.nanos(limits.deadline());
  }

  /**
   * Starts the call. Completing the result from outside, for example by cancelling it, cancels the
   * call.
   */
  public static <Q, A, R extends @Nullable Object> CompletableFuture<R> start(
      Connection connection, Spec<Q, A, R> spec, Limits limits, FirstAttempt<R> first) {
    RepeatedCall<Q, A, R> call = new RepeatedCall<>(connection, spec, limits);
    CompletableFuture<?> unused = call.result.whenComplete((value, error) -> call.stop());
    Optional<CompletableFuture<R>> otherwise = first.start(limits.deadline());
    otherwise.ifPresentOrElse(call::adopt, call::attempt);
    return call.result;
  }

  /** Takes the outcome of a first attempt that was made in another way. */
  private void adopt(CompletableFuture<R> firstAttempt) {
    attempts++;
    CompletableFuture<?> unused =
        firstAttempt.whenComplete(
            (value, thrown) -> {
              if (thrown == null) {
                result.complete(value);
              } else if (Futures.cause(thrown) instanceof AetherException error) {
                failed(Failure.reported(error));
              } else {
                result.completeExceptionally(thrown);
              }
            });
  }

  private void stop() {
    ClientCall<Q, A> call = current;
    if (call != null) {
      call.cancel("the caller gave up", null);
    }
  }

  /**
   * Synchronized, because a call that fails at once could otherwise overwrite {@code current} after
   * its repeat.
   */
  private synchronized void attempt() {
    Q request = attempts++ == 0 ? spec.request() : spec.again().apply(spec.request());
    long left = Math.max(endNanos - System.nanoTime(), 1);
    SentTracer tracer = new SentTracer();
    Connection.Link link = connection.link();
    ClientCall<Q, A> call =
        link.channel()
            .newCall(
                spec.method(),
                CallOptions.DEFAULT
                    .withDeadlineAfter(
                        Math.min(left, Durations.nanos(limits.attemptTimeout())),
                        TimeUnit.NANOSECONDS)
                    .withStreamTracerFactory(tracer));
    call.start(new Attempt(link, tracer), TraceHeaders.of(request));
    call.request(2);
    call.sendMessage(request);
    call.halfClose();
    current = call;
    if (result.isDone()) {
      stop();
    }
  }

  private void failed(Failure failure) {
    outcomeUnknown |= failure.outcomeUnknown();
    Duration delay = delay(failure);
    Duration needed = outcomeUnknown ? delay : delay.plus(LEAST_ATTEMPT);
    boolean inTime = endNanos - System.nanoTime() > needed.toNanos();
    if (result.isDone()) {
      return;
    }
    if (!failure.repeatable()
        || outcomeUnknown && isOnlyOnce()
        || attempts >= limits.repeats().maxAttempts()
        || !inTime
        || connection.closed()) {
      result.completeExceptionally(finalError(connection.asSeenNow(failure)));
      return;
    }
    Logs.CLIENT.debug(
        "{}: attempt {} failed, next attempt in {} ms: {}",
        spec.method().getBareMethodName(),
        attempts,
        delay.toMillis(),
        failure.error().getMessage());
    Timer.Task unused = connection.timer().schedule(() -> resume(failure), delay);
  }

  private void resume(Failure failure) {
    if (result.isDone()) {
      return;
    }
    if (connection.closed()) {
      result.completeExceptionally(finalError(connection.asSeenNow(failure)));
      return;
    }
    if (!failure.sent()) {
      connection.reconnect();
    }
    try {
      attempt();
    } catch (RuntimeException | Error e) {
      // An interceptor of the application may fail on a thread that is not its own.
      result.completeExceptionally(finalError(Failure.notStarted(e)));
    }
  }

  private boolean isOnlyOnce() {
    Change change = spec.change();
    return change != null && change.onlyOnce();
  }

  private Duration delay(Failure failure) {
    return Backoff.delay(limits.repeats(), attempts, failure);
  }

  private AetherException finalError(Failure last) {
    Change change = spec.change();
    if (change == null || !outcomeUnknown) {
      return last.error();
    }
    if (last.error() instanceof NamespaceExistsException exists) {
      return new NamespaceExistsException(
          exists.getMessage(), exists.metadata(), exists.namespace(), true, exists.getCause());
    }
    if (last.settlesEarlierAttempts()) {
      return last.error();
    }
    return new OutcomeUnknownException(
        "outcome unknown: "
            + change.what()
            + " may or may not have succeeded ("
            + attempts
            + (attempts == 1 ? " attempt" : " attempts")
            + " without a conclusive answer); last error: "
            + last.error().getMessage(),
        last.error().metadata(),
        change.commitId(),
        last.error());
  }

  /** Receives the end of one attempt. */
  private final class Attempt extends ClientCall.Listener<A> {
    private final Connection.Link link;
    private final SentTracer tracer;
    private @Nullable A message;

    Attempt(Connection.Link link, SentTracer tracer) {
      this.link = link;
      this.tracer = tracer;
    }

    @Override
    public void onMessage(A message) {
      this.message = message;
    }

    private void answered(A answer) {
      R value;
      try {
        value = spec.answer().apply(answer);
      } catch (RuntimeException | Error e) {
        // gRPC only logs what a listener throws, so the future would never complete.
        result.completeExceptionally(
            new AetherException(
                Reason.UNKNOWN, "the answer cannot be decoded: " + e.getMessage(), Map.of(), e));
        return;
      }
      result.complete(value);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      A answer = message;
      if (status.isOk() && answer != null) {
        answered(answer);
      } else {
        Status error =
            status.isOk()
                ? Status.INTERNAL.withDescription("the server ended the call without an answer")
                : status;
        Failure failure = ErrorMapper.failure(error, trailers, tracer.sent());
        if (!result.isDone()) {
          connection.failed(link, failure, tracer.address());
        }
        failed(failure);
      }
    }
  }
}
