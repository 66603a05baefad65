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
 * One server-streaming call under the receiver's flow control: a frame comes only when it was asked
 * for. A call that owes a frame and brings none for too long is ended. Safe for use by many
 * threads.
 */
public final class FrameCall<Q, A, F> {

  /**
   * What is called.
   *
   * @param method the RPC
   * @param request the request
   * @param frame what an answer is for the receiver
   */
  public record Step<Q, A, F>(MethodDescriptor<Q, A> method, Q request, Function<A, F> frame) {}

  /**
   * How long to wait for a frame that was asked for.
   *
   * @param first for the first, above zero
   * @param later for each later one, above zero
   * @param end what the call ends with if there is none
   */
  record Patience(Duration first, Duration later, Status.Code end) {}

  /** Receives frames, and then the end; never two things at once. */
  interface Receiver<F> {
    /** A frame that was asked for. */
    void onFrame(F frame);

    /**
     * The call ended.
     *
     * @param failure null: the server said that all is sent
     */
    void onEnd(@Nullable Failure failure);
  }

  private final Connection connection;
  private final Connection.Link link;
  private final Step<Q, A, F> step;
  private final Patience patience;
  private final ClientCall<Q, A> call;
  private final SentTracer marker = new SentTracer();
  private final AtomicInteger owed = new AtomicInteger();
  private volatile long owedSinceNanos = System.nanoTime();
  private volatile boolean receiving;
  private volatile boolean received;
  private volatile boolean ended;
  private volatile boolean tooLate;
  private volatile boolean cancelled;
  private volatile Timer.@Nullable Task watch;

  /** A call that is not started yet. */
  FrameCall(Connection connection, Step<Q, A, F> step, Patience patience) {
    this.connection = connection;
    this.link = connection.link();
    this.step = step;
    this.patience = patience;
    this.call =
        link.channel().newCall(step.method(), CallOptions.DEFAULT.withStreamTracerFactory(marker));
  }

  /** Starts the call and asks for frames; 0: for none yet. Once. */
  void start(Receiver<F> receiver, int frames) {
    call.start(new Listener(receiver), new Metadata());
    if (frames > 0) {
      request(frames);
    }
    call.sendMessage(step.request());
    call.halfClose();
    watch(patience.first());
  }

  /** Asks for more frames. */
  void request(int frames) {
    if (owed.getAndAdd(frames) == 0) {
      owedSinceNanos = System.nanoTime();
    }
    call.request(frames);
  }

  /**
   * Ends the call; the receiver still hears the end, and no more frames.
   *
   * <p>Where the connection died while frames were unread, gRPC (seen on 1.83) keeps the end behind
   * them and does not hear of a cancel any more: so they are asked for, and dropped.
   */
  void cancel() {
    cancelled = true;
    call.cancel("the caller gave up", null);
    call.request(Integer.MAX_VALUE);
  }

  /** How long a frame has been owed; zero if none is, or the receiver is at work. */
  Duration owedFor() {
    return owed.get() > 0 && !receiving
        ? Duration.ofNanos(System.nanoTime() - owedSinceNanos)
        : Duration.ZERO;
  }

  private void watch(Duration delay) {
    watch = connection.timer().schedule(this::look, delay);
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
   * A receiver that takes its time holds up the frames behind it: that is not the server's silence.
   */
  private void look() {
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

  /** Hears gRPC. */
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
        connection.failed(link, failure, marker.address());
      }
      receiver.onEnd(failure);
    }

    private Failure failure(Status status, Metadata trailers) {
      Status said =
          tooLate && status.getCode() == Status.Code.CANCELLED
              ? patience.end().toStatus().withDescription(status.getDescription())
              : status;
      return ErrorMapper.failure(said, trailers, marker.sent());
    }
  }
}
