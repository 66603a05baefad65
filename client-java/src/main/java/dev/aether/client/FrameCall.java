package dev.aether.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One server-streaming call under the receiver's flow control: a frame comes only when it was asked
 * for. A call that owes a frame and brings none for too long is ended. Safe for use by many
 * threads.
 */
final class FrameCall<Q, F> {

  /** Receives frames, and then the end; never two things at once. */
  interface Receiver<F> {
    /** A frame that was asked for. */
    void onFrame(F frame);

    /**
     * The call ended.
     *
     * @param error null: the server said that all is sent
     */
    void onEnd(@Nullable AetherException error);
  }

  private final Connection connection;
  private final ClientCall<Q, F> call;
  private final Duration patience;
  private final SentMarker marker = new SentMarker();
  private final AtomicInteger owed = new AtomicInteger();
  private volatile long owedSinceNanos = System.nanoTime();
  private volatile boolean receiving;
  private volatile boolean ended;
  private volatile boolean tooLate;
  private volatile Timer.@Nullable Task watch;

  /**
   * A call that is not started yet.
   *
   * @param patience how long to wait for a frame that was asked for
   */
  FrameCall(Connection connection, MethodDescriptor<Q, F> method, Duration patience) {
    this.connection = connection;
    this.patience = patience;
    this.call =
        connection.channel().newCall(method, CallOptions.DEFAULT.withStreamTracerFactory(marker));
  }

  /** Starts the call and asks for frames. Once. */
  void start(Q request, Receiver<F> receiver, int frames) {
    call.start(new Listener(receiver), new Metadata());
    request(frames);
    call.sendMessage(request);
    call.halfClose();
    watch(patience);
  }

  /** Asks for more frames. */
  void request(int frames) {
    if (owed.getAndAdd(frames) == 0) {
      owedSinceNanos = System.nanoTime();
    }
    call.request(frames);
  }

  /** Ends the call; the receiver still hears the end. */
  void cancel() {
    call.cancel("the caller gave up", null);
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
    Duration waited =
        owed.get() > 0 && !receiving
            ? Duration.ofNanos(System.nanoTime() - owedSinceNanos)
            : Duration.ZERO;
    if (waited.compareTo(patience) < 0) {
      watch(patience.minus(waited));
    } else {
      tooLate = true;
      call.cancel("the server sent nothing for " + patience.toMillis() + " ms", null);
    }
  }

  /** Hears gRPC. */
  private final class Listener extends ClientCall.Listener<F> {
    private final Receiver<F> receiver;

    Listener(Receiver<F> receiver) {
      this.receiver = receiver;
    }

    @Override
    public void onMessage(F frame) {
      owed.decrementAndGet();
      receiving = true;
      try {
        receiver.onFrame(frame);
      } finally {
        owedSinceNanos = System.nanoTime();
        receiving = false;
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended = true;
      unwatch();
      receiver.onEnd(status.isOk() ? null : error(status, trailers));
    }

    private AetherException error(Status status, Metadata trailers) {
      Status said =
          tooLate && status.getCode() == Status.Code.CANCELLED
              ? Status.DEADLINE_EXCEEDED.withDescription(status.getDescription())
              : status;
      return ErrorMapper.failure(said, trailers, marker.sent()).error();
    }
  }
}
