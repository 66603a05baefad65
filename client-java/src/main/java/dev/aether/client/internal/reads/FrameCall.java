package dev.aether.client.internal.reads;

import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.ErrorMapper;
import dev.aether.client.internal.calls.Failure;
import dev.aether.client.internal.calls.SentTracer;
import dev.aether.client.internal.calls.Timer;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A server-streaming call under the receiver's flow control: each frame has to be requested. A call
 * that owes a frame for too long is cancelled. Safe for use by many threads.
 */
public final class FrameCall<Q, A, F> {

  /**
   * The call.
   *
   * @param method the RPC
   * @param request the request
   * @param frame converts an answer to a frame for the receiver
   */
  public record Step<Q, A, F>(MethodDescriptor<Q, A> method, Q request, Function<A, F> frame) {}

  /**
   * How long to wait for a requested frame.
   *
   * @param first time limit of the first frame, above zero
   * @param later time limit of each later frame, above zero
   * @param end the status with which the call fails after that
   */
  record Patience(Duration first, Duration later, Status.Code end) {}

  /** Receives frames and then the end; calls are never concurrent. */
  interface Receiver<F> {
    /** Receives a requested frame. */
    void onFrame(F frame);

    /**
     * Called when the call has ended.
     *
     * @param failure null if the server sent everything
     */
    void onEnd(@Nullable Failure failure);
  }

  private final Connection connection;
  private final Connection.Link link;
  private final Step<Q, A, F> step;
  private final Patience patience;
  private final ClientCall<Q, A> call;
  private final SentTracer tracer = new SentTracer();
  private final AtomicInteger owed = new AtomicInteger();
  private volatile long owedSinceNanos = System.nanoTime();
  private volatile boolean receiving;
  private volatile boolean received;
  private volatile boolean ended;
  private volatile boolean tooLate;
  private volatile boolean cancelled;
  private volatile Timer.@Nullable Task watch;

  /** Creates a call that is not started yet. */
  FrameCall(Connection connection, Step<Q, A, F> step, Patience patience) {
    this.connection = connection;
    this.link = connection.link();
    this.step = step;
    this.patience = patience;
    this.call =
        link.channel().newCall(step.method(), CallOptions.DEFAULT.withStreamTracerFactory(tracer));
  }

  /** Starts the call and requests frames, possibly none. Called once. */
  void start(Receiver<F> receiver, int frames) {
    call.start(new Listener(receiver), new Metadata());
    if (frames > 0) {
      request(frames);
    }
    call.sendMessage(step.request());
    call.halfClose();
    watch(patience.first());
  }

  /** Requests more frames. */
  void request(int frames) {
    if (owed.getAndAdd(frames) == 0) {
      owedSinceNanos = System.nanoTime();
    }
    call.request(frames);
  }

  /**
   * Cancels the call. The receiver is told the end and gets no more frames.
   *
   * <p>If the connection broke while frames were unread, gRPC (seen with 1.83) delivers the end
   * only after these frames and ignores the cancellation. Therefore they are requested and dropped.
   */
  void cancel() {
    cancelled = true;
    call.cancel("cancelled by the caller", null);
    call.request(Integer.MAX_VALUE);
  }

  /** How long a frame has been owed; zero if none is owed or the receiver is busy. */
  Duration owedFor() {
    return owed.get() > 0 && !receiving
        ? Duration.ofNanos(System.nanoTime() - owedSinceNanos)
        : Duration.ZERO;
  }

  private void watch(Duration delay) {
    watch = connection.timer().schedule(this::checkSilence, delay);
    if (ended) {
      unwatch();
    }
  }

  private void unwatch() {
    Timer.Task task = watch;
    if (task != null) {
      task.cancel();
    }
  }

  /**
   * Cancels the call if the server has been silent for too long. A slow receiver delays the frames
   * behind it; that is not the server's silence.
   */
  private void checkSilence() {
    if (ended || connection.closed()) {
      return;
    }
    Duration bound = received ? patience.later() : patience.first();
    Duration waited = owedFor();
    if (waited.compareTo(bound) < 0) {
      watch(bound.minus(waited));
    } else {
      tooLate = true;
      call.cancel("the server sent nothing for " + bound.toMillis() + " ms", null);
    }
  }

  /** Receives gRPC's callbacks. */
  private final class Listener extends ClientCall.Listener<A> {
    private final Receiver<F> receiver;

    Listener(Receiver<F> receiver) {
      this.receiver = receiver;
    }

    @Override
    public void onMessage(A answer) {
      if (cancelled) {
        return;
      }
      owed.decrementAndGet();
      received = true;
      receiving = true;
      try {
        receiver.onFrame(step.frame().apply(answer));
      } finally {
        owedSinceNanos = System.nanoTime();
        receiving = false;
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended = true;
      unwatch();
      if (status.isOk()) {
        receiver.onEnd(null);
        return;
      }
      Failure failure = failure(status, trailers);
      if (!cancelled) {
        connection.failed(link, failure, tracer.address());
      }
      receiver.onEnd(failure);
    }

    private Failure failure(Status status, Metadata trailers) {
      Status cause =
          tooLate && status.getCode() == Status.Code.CANCELLED
              ? patience.end().toStatus().withDescription(status.getDescription())
              : status;
      return ErrorMapper.failure(cause, trailers, tracer.sent());
    }
  }
}
