package dev.aether.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One unary call with its repeats: the same request again, with growing random pauses, until there
 * is an answer, an error that repeating can't mend, or no time left. One attempt runs at a time.
 */
final class RepeatedCall<Q, A, R> {

  /**
   * What is called and how.
   *
   * @param method the RPC
   * @param request the first attempt's request
   * @param again makes every later attempt's request of it, each time the same
   * @param answer makes the result
   * @param saving the commit id if the call is a save, whose outcome matters; else null
   * @param sentBefore whether an earlier call may have sent the same save
   */
  record Spec<Q, A, R>(
      MethodDescriptor<Q, A> method,
      Q request,
      UnaryOperator<Q> again,
      Function<A, R> answer,
      @Nullable String saving,
      boolean sentBefore) {}

  /**
   * How long, and how often.
   *
   * @param deadline for all attempts together
   * @param attemptTimeout for one attempt
   * @param repeats how many attempts and what pauses
   */
  record Limits(Duration deadline, Duration attemptTimeout, RepeatOptions repeats) {}

  /** A repeat with less time than this would only make a known outcome unknown. */
  private static final Duration LEAST_ATTEMPT = Duration.ofMillis(100);

  private final Connection connection;
  private final Spec<Q, A, R> spec;
  private final Limits limits;
  private final long endNanos;
  private final CompletableFuture<R> result = new CompletableFuture<>();

  // Changed only by the attempt or the pause that runs, one after the other.
  private int attempts;
  private boolean outcomeUnknown;
  private volatile @Nullable ClientCall<Q, A> current;

  private RepeatedCall(Connection connection, Spec<Q, A, R> spec, Limits limits) {
    this.connection = connection;
    this.spec = spec;
    this.limits = limits;
    this.outcomeUnknown = spec.sentBefore();
    this.endNanos = System.nanoTime() + limits.deadline().toNanos();
  }

  /** Starts the call. A result that is completed from outside, by cancelling say, ends it. */
  static <Q, A, R> CompletableFuture<R> start(
      Connection connection, Spec<Q, A, R> spec, Limits limits) {
    RepeatedCall<Q, A, R> call = new RepeatedCall<>(connection, spec, limits);
    CompletableFuture<?> unused = call.result.whenComplete((value, error) -> call.stop());
    call.attempt();
    return call.result;
  }

  private void stop() {
    ClientCall<Q, A> call = current;
    if (call != null) {
      call.cancel("the caller gave up", null);
    }
  }

  /** Locks, so that a call that fails at once is not taken for the current one after its repeat. */
  private synchronized void attempt() {
    Q request = attempts++ == 0 ? spec.request() : spec.again().apply(spec.request());
    long left = Math.max(endNanos - System.nanoTime(), 1);
    SentMarker marker = new SentMarker();
    ClientCall<Q, A> call =
        connection
            .channel()
            .newCall(
                spec.method(),
                CallOptions.DEFAULT
                    .withDeadlineAfter(
                        Math.min(left, limits.attemptTimeout().toNanos()), TimeUnit.NANOSECONDS)
                    .withStreamTracerFactory(marker));
    call.start(new Attempt(marker), new Metadata());
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
    Duration pause = pause(failure);
    Duration needed = outcomeUnknown ? pause : pause.plus(LEAST_ATTEMPT);
    boolean inTime = endNanos - System.nanoTime() > needed.toNanos();
    if (result.isDone()) {
      return;
    }
    if (!failure.repeatable()
        || attempts >= limits.repeats().maxAttempts()
        || !inTime
        || connection.closed()) {
      result.completeExceptionally(verdict(failure));
      return;
    }
    Logs.CLIENT.debug(
        "{} attempt {} failed, next in {} ms: {}",
        spec.method().getBareMethodName(),
        attempts,
        pause.toMillis(),
        failure.error().getMessage());
    Timer.Task unused = connection.timer().schedule(() -> resume(failure), pause);
  }

  private void resume(Failure failure) {
    if (result.isDone()) {
      return;
    }
    if (connection.closed()) {
      result.completeExceptionally(verdict(failure));
      return;
    }
    if (!failure.sent()) {
      connection.reconnect();
    }
    attempt();
  }

  private Duration pause(Failure failure) {
    RepeatOptions repeats = limits.repeats();
    long most = repeats.maxDelay().toNanos();
    int doublings = Math.min(attempts - 1, 30);
    long delay = Math.min(repeats.firstDelay().toNanos(), most >> doublings) << doublings;
    Duration random = Duration.ofNanos(ThreadLocalRandom.current().nextLong(delay / 2, delay + 1));
    return failure.error() instanceof OverloadedException overloaded
        ? random.plus(overloaded.retryAfter())
        : random;
  }

  private AetherException verdict(Failure last) {
    String commitId = spec.saving();
    if (commitId == null || !outcomeUnknown || last.settlesEarlierAttempts()) {
      return last.error();
    }
    return new OutcomeUnknownException(
        "commit "
            + commitId
            + " may be stored: no answer said so after "
            + attempts
            + (attempts == 1 ? " attempt" : " attempts")
            + "; last: "
            + last.error().getMessage(),
        last.error().metadata(),
        commitId,
        last.error());
  }

  /** Hears the end of one attempt. */
  private final class Attempt extends ClientCall.Listener<A> {
    private final SentMarker marker;
    private @Nullable A message;

    Attempt(SentMarker marker) {
      this.marker = marker;
    }

    @Override
    public void onMessage(A message) {
      this.message = message;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      A answer = message;
      if (status.isOk() && answer != null) {
        result.complete(spec.answer().apply(answer));
      } else {
        Status error = status.isOk() ? Status.INTERNAL.withDescription("no answer") : status;
        failed(ErrorMapper.failure(error, trailers, marker.sent()));
      }
    }
  }
}
