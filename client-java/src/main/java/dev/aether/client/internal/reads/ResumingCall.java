package dev.aether.client.internal.reads;

import dev.aether.client.AetherException;
import dev.aether.client.Reason;
import dev.aether.client.RepeatOptions;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.Failure;
import dev.aether.client.internal.calls.Logs;
import dev.aether.client.internal.calls.Timer;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A streamed read that resumes where it stopped when its call breaks, on another node if there is
 * one. It makes one call after the other, with random exponential backoff, until everything is
 * read, an error occurs that a retry cannot fix, or nothing has been received for too long. No
 * thread waits.
 *
 * @param <M> the message that a call delivers
 * @param <F> the frame that the receiver gets for it
 */
public final class ResumingCall<M, F> implements FrameFlow<F> {

  /**
   * How long to wait, and how often to try.
   *
   * @param first how long to wait for a call's first frame, above zero
   * @param later how long to wait for each later frame, above zero
   * @param end the status of a call that stayed silent for longer
   * @param giveUpAfter how long to go without a frame before giving up; null to never give up
   * @param repeats how many calls in a row may deliver nothing, and the delays between them
   * @param warnAfter how long to go without a frame before a warning is logged
   */
  public record Limits(
      Duration first,
      Duration later,
      Status.Code end,
      @Nullable Duration giveUpAfter,
      RepeatOptions repeats,
      Duration warnAfter) {}

  private final Connection connection;
  private final ReadProgress<M, F> progress;
  private final OutageLog outages;

  // Guarded by this.
  private @Nullable FrameCall<?, ?, M> call;
  private Timer.@Nullable Task delay;
  private boolean cancelled;

  /** The call broke and nobody has asked for a frame since: the next call waits for a request. */
  private boolean parked;

  /**
   * Frames that were requested and have not been delivered; negative after {@link
   * ReadProgress#lost} frames, which nobody requested.
   */
  private int owed;

  // Used by the current call or the current delay, one after the other.
  private final ResumeAttempts attempts;
  private @Nullable Receiver<F> receiver;

  /** Why a frame could not be handled, or a call not be started. The read ends with it. */
  private @Nullable Throwable refused;

  public ResumingCall(Connection connection, ReadProgress<M, F> progress, Limits limits) {
    this.connection = connection;
    this.progress = progress;
    this.attempts = new ResumeAttempts(limits);
    this.outages = new OutageLog(connection, progress.what(), limits.warnAfter());
  }

  @Override
  public void start(Receiver<F> receiver, int frames) {
    this.receiver = receiver;
    synchronized (this) {
      owed = frames;
    }
    begin();
  }

  @Override
  public void request(int frames) {
    boolean unpark;
    synchronized (this) {
      int before = Math.max(owed, 0);
      owed += frames;
      int more = Math.max(owed, 0) - before;
      FrameCall<?, ?, M> current = call;
      if (current != null && more > 0) {
        current.request(more);
      }
      unpark = parked && owed > 0;
      parked &= !unpark;
    }
    if (unpark) {
      unpark();
    }
  }

  private void unpark() {
    attempts.restartClock();
    Timer.Task unused = connection.timer().schedule(this::resume, Duration.ZERO);
  }

  @Override
  public void cancel() {
    FrameCall<?, ?, M> current;
    Timer.Task delaying;
    boolean unpark;
    synchronized (this) {
      cancelled = true;
      current = call;
      delaying = delay;
      unpark = parked;
      parked = false;
    }
    if (unpark) {
      unpark();
    }
    if (current != null) {
      current.cancel();
    }
    if (delaying != null) {
      delaying.fire();
    }
  }

  private void begin() {
    FrameCall.Step<?, ?, M> step = progress.next();
    if (step == null) {
      finish();
    } else {
      begin(step);
    }
  }

  private <Q, A> void begin(FrameCall.Step<Q, A, M> step) {
    FrameCall<Q, A, M> next = new FrameCall<>(connection, step, attempts.patience());
    boolean stop;
    synchronized (this) {
      call = next;
      next.start(new OneCall(next), Math.max(owed, 0));
      stop = cancelled;
    }
    if (stop) {
      next.cancel();
    }
  }

  private void finish() {
    F last = progress.last();
    if (last != null) {
      deliver(last);
    }
    end(null);
  }

  private void end(@Nullable AetherException error) {
    outages.forget();
    Receiver<F> to = receiver;
    receiver = null; // A call that could not be started may have been started in part, and end.
    if (to != null) {
      to.onEnd(error);
    }
  }

  /** The error to report: what {@link ReadProgress#received} threw, or the failure behind it. */
  private AetherException failed(Throwable thrown) {
    if (thrown instanceof AetherException error) {
      return error;
    }
    Logs.CLIENT.error("{} has failed", progress.what(), thrown);
    return new AetherException(
        Reason.UNKNOWN, progress.what() + " has failed: " + thrown, Map.of(), thrown);
  }

  private void deliver(F frame) {
    Receiver<F> to = receiver;
    if (to != null) {
      to.onFrame(frame);
    }
  }

  private void lost(Failure latest, Duration owedFor) {
    Duration retryIn = attempts.failed(latest, owedFor);
    Failure last = attempts.last();
    Failure failure = last == null ? latest : last;
    if (retryIn == null || isCancelled() || connection.closed()) {
      end(connection.asSeenNow(failure).error());
      return;
    }
    outages.lost(failure.error(), attempts.waited());
    Logs.CLIENT.debug(
        "{} broke, next attempt in {} ms: {}",
        progress.what(),
        retryIn.toMillis(),
        failure.error().getMessage());
    tell(failure.error(), retryIn);
    resumeIn(retryIn);
  }

  private void tell(AetherException cause, Duration retryIn) {
    F lost = progress.lost(cause, attempts.count(), retryIn);
    if (lost != null) {
      synchronized (this) {
        owed--; // It counts as a frame: a receiver requests one more after each.
      }
      deliver(lost);
    }
  }

  private synchronized boolean isCancelled() {
    return cancelled;
  }

  private void resumeIn(Duration retryIn) {
    Timer.Task task;
    boolean stop;
    synchronized (this) {
      task = connection.timer().schedule(this::resume, retryIn);
      delay = task;
      stop = cancelled;
    }
    if (stop) {
      task.fire();
    }
  }

  private void resume() {
    Failure last = attempts.last();
    synchronized (this) {
      delay = null;
      parked = owed <= 0 && !cancelled && !connection.closed();
      if (parked) {
        outages.forget();
        return;
      }
    }
    if (isCancelled() || connection.closed()) {
      end(
          last == null
              ? new AetherException(Reason.CANCELLED, "cancelled", Map.of(), null)
              : connection.asSeenNow(last).error());
      return;
    }
    if (last != null && !last.sent()) {
      connection.reconnect();
    }
    try {
      begin();
    } catch (RuntimeException | Error e) {
      // An interceptor of the application may fail on a thread that is not its own.
      refused = e;
      synchronized (this) {
        call = null;
      }
      end(failed(e));
    }
  }

  /** Receives the frames of one call. */
  private final class OneCall implements FrameCall.Receiver<M> {
    private final FrameCall<?, ?, M> self;

    OneCall(FrameCall<?, ?, M> self) {
      this.self = self;
    }

    @Override
    public void onFrame(M message) {
      if (refused != null) {
        return;
      }
      synchronized (ResumingCall.this) {
        owed--;
      }
      if (attempts.succeeded()) {
        outages.back();
      }
      try {
        deliver(progress.received(message));
      } catch (RuntimeException | Error e) {
        // gRPC would only end the call, and the next one would begin after this frame, whose items
        // would be lost.
        refused = e;
        self.cancel();
      }
    }

    @Override
    public void onEnd(@Nullable Failure failure) {
      Duration owedFor = self.owedFor();
      synchronized (ResumingCall.this) {
        call = null;
      }
      Throwable why = refused;
      if (why != null) {
        end(failed(why));
      } else if (failure != null) {
        lost(failure, owedFor);
      } else if (progress.endsWithCall()) {
        finish();
      } else {
        lost(Failure.endedEarly(), owedFor);
      }
    }
  }
}
