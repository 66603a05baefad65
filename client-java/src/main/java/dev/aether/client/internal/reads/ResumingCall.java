package dev.aether.client.internal.reads;

import dev.aether.client.AetherException;
import dev.aether.client.Reason;
import dev.aether.client.RepeatOptions;
import dev.aether.client.internal.calls.Backoff;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.Failure;
import dev.aether.client.internal.calls.Logs;
import dev.aether.client.internal.calls.Timer;
import io.grpc.Status;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A streamed read that goes on where it stopped when its call breaks, on another node if there is
 * one: one call after the other, with growing random pauses, until all is there, an error that
 * repeating can't mend, or no progress for too long. No thread waits.
 */
public final class ResumingCall<F> implements FrameFlow<F> {

  /** Knows how far the read has come, and so what to ask for next. Used by one thread at a time. */
  public interface Course<F> {
    /** The next call; null: nothing is left to ask for. */
    FrameCall.@Nullable Step<?, ?, F> next();

    /**
     * Takes note of a frame.
     *
     * @return what of it is new to the receiver
     * @throws AetherException to end the read
     */
    F received(F frame);

    /** What is read, for the log. */
    String what();

    /** Whether the server's ending the call without an error is the end of the read. */
    boolean isOver();

    /** What the receiver is to get at the end of the read; null: nothing. */
    default @Nullable F left() {
      return null;
    }

    /**
     * What the receiver is told when a call is lost and the read will go on; null: nothing.
     *
     * @param attempt how many calls in a row brought nothing, from 1
     */
    default @Nullable F lost(AetherException cause, int attempt, Duration retryIn) {
      return null;
    }
  }

  /**
   * How long, and how often.
   *
   * @param first how long to wait for a call's first frame, above zero
   * @param later how long to wait for each later one, above zero
   * @param end what a call ends with if there is none
   * @param giveUpAfter how long to go without a frame before giving up; null: for ever
   * @param repeats how many calls in a row may bring nothing, and the pauses between
   * @param warnAfter how long to go without a frame before the log says so
   */
  public record Limits(
      Duration first,
      Duration later,
      Status.Code end,
      @Nullable Duration giveUpAfter,
      RepeatOptions repeats,
      Duration warnAfter) {}

  /** The client's own findings, while a server says nothing. */
  private static final Set<Reason> NOTHING_HEARD =
      EnumSet.of(Reason.UNREACHABLE, Reason.DEADLINE_EXCEEDED);

  private final Connection connection;
  private final Course<F> course;
  private final Limits limits;
  private final OutageLog losses;

  // Guarded by this.
  private @Nullable FrameCall<?, ?, F> call;
  private Timer.@Nullable Task pause;
  private boolean cancelled;

  /** Broken, and nobody has asked for a frame since: the next call waits until somebody does. */
  private boolean parked;

  /**
   * Frames that were asked for and have not come; below zero: what the receiver was told unasked.
   */
  private int owed;

  // Used by the call or the pause that runs, one after the other.
  private @Nullable Receiver<F> receiver;
  private @Nullable AetherException broken;
  private @Nullable Failure lastFailure;

  /** The present attempt has less time than one has by itself, as the whole ends before. */
  private boolean hurried;

  private int attempts;
  private long waitingSinceNanos;

  public ResumingCall(Connection connection, Course<F> course, Limits limits) {
    this.connection = connection;
    this.course = course;
    this.limits = limits;
    this.losses = new OutageLog(connection, course.what(), limits.warnAfter());
  }

  @Override
  public void start(Receiver<F> receiver, int frames) {
    this.receiver = receiver;
    synchronized (this) {
      owed = frames;
    }
    begin(Duration.ZERO);
  }

  @Override
  public void request(int frames) {
    boolean unpark;
    synchronized (this) {
      int before = Math.max(owed, 0);
      owed += frames;
      int more = Math.max(owed, 0) - before;
      FrameCall<?, ?, F> current = call;
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
    waitingSinceNanos = System.nanoTime();
    Timer.Task unused = connection.timer().schedule(this::resume, Duration.ZERO);
  }

  @Override
  public void cancel() {
    FrameCall<?, ?, F> current;
    Timer.Task pausing;
    boolean unpark;
    synchronized (this) {
      cancelled = true;
      current = call;
      pausing = pause;
      unpark = parked;
      parked = false;
    }
    if (unpark) {
      unpark();
    }
    if (current != null) {
      current.cancel();
    }
    if (pausing != null) {
      pausing.fire();
    }
  }

  private void begin(Duration waited) {
    FrameCall.Step<?, ?, F> step = course.next();
    if (step == null) {
      finish();
    } else {
      begin(step, waited);
    }
  }

  private <Q, A> void begin(FrameCall.Step<Q, A, F> step, Duration waited) {
    FrameCall<Q, A, F> next = new FrameCall<>(connection, step, patience(waited));
    boolean stop;
    synchronized (this) {
      call = next;
      next.start(new Part(next), Math.max(owed, 0));
      stop = cancelled;
    }
    if (stop) {
      next.cancel();
    }
  }

  private FrameCall.Patience patience(Duration waited) {
    Duration giveUpAfter = limits.giveUpAfter();
    Duration first = limits.first();
    hurried = false;
    if (giveUpAfter != null) {
      Duration left = giveUpAfter.minus(waited);
      hurried = left.compareTo(first) < 0;
      first = hurried ? left : first;
    }
    return new FrameCall.Patience(first, limits.later(), limits.end());
  }

  private void finish() {
    F left = course.left();
    if (left != null) {
      handOn(left);
    }
    end(null);
  }

  private void end(@Nullable AetherException error) {
    losses.forget();
    Receiver<F> to = receiver;
    if (to != null) {
      to.onEnd(error);
    }
  }

  private void handOn(F frame) {
    Receiver<F> to = receiver;
    if (to != null) {
      to.onFrame(frame);
    }
  }

  private void lost(Failure latest, Duration owedFor) {
    if (attempts++ == 0) {
      waitingSinceNanos = System.nanoTime() - owedFor.toNanos();
    }
    Failure before = attempts > 1 ? lastFailure : null;
    // That nobody answers within the rest of the time says less than what was answered before.
    boolean saysLess = hurried && NOTHING_HEARD.contains(latest.error().reason());
    Failure failure = saysLess && before != null ? before : latest;
    lastFailure = failure;
    Duration waited = Duration.ofNanos(System.nanoTime() - waitingSinceNanos);
    Duration retryIn = Backoff.delay(limits.repeats(), attempts, failure);
    Duration giveUpAfter = limits.giveUpAfter();
    if (!failure.repeatable()
        || attempts >= limits.repeats().maxAttempts()
        || giveUpAfter != null && waited.plus(retryIn).compareTo(giveUpAfter) >= 0
        || isCancelled()
        || connection.closed()) {
      end(connection.asSeenNow(failure).error());
      return;
    }
    losses.lost(failure.error(), waited);
    Logs.CLIENT.debug(
        "lost a read or a subscription, next attempt in {} ms: {}",
        retryIn.toMillis(),
        failure.error().getMessage());
    tell(failure.error(), retryIn);
    pause(retryIn);
  }

  private void tell(AetherException cause, Duration retryIn) {
    F lost = course.lost(cause, attempts, retryIn);
    if (lost != null) {
      synchronized (this) {
        owed--; // It counts as a frame: whoever takes frames asks for one more after each.
      }
      handOn(lost);
    }
  }

  private synchronized boolean isCancelled() {
    return cancelled;
  }

  private void pause(Duration retryIn) {
    Timer.Task task;
    boolean stop;
    synchronized (this) {
      task = connection.timer().schedule(this::resume, retryIn);
      pause = task;
      stop = cancelled;
    }
    if (stop) {
      task.fire();
    }
  }

  private void resume() {
    Failure last = lastFailure;
    synchronized (this) {
      pause = null;
      parked = owed <= 0 && !cancelled && !connection.closed();
      if (parked) {
        losses.forget();
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
    begin(Duration.ofNanos(System.nanoTime() - waitingSinceNanos));
  }

  /** Hears one call. */
  private final class Part implements FrameCall.Receiver<F> {
    private final FrameCall<?, ?, F> self;

    Part(FrameCall<?, ?, F> self) {
      this.self = self;
    }

    @Override
    public void onFrame(F frame) {
      if (broken != null) {
        return;
      }
      synchronized (ResumingCall.this) {
        owed--;
      }
      if (attempts > 0) {
        attempts = 0;
        losses.back();
      }
      F fresh;
      try {
        fresh = course.received(frame);
      } catch (AetherException e) {
        broken = e;
        self.cancel();
        return;
      }
      handOn(fresh);
    }

    @Override
    public void onEnd(@Nullable Failure failure) {
      Duration owedFor = self.owedFor();
      synchronized (ResumingCall.this) {
        call = null;
      }
      AetherException why = broken;
      if (why != null) {
        end(why);
      } else if (failure != null) {
        lost(failure, owedFor);
      } else if (course.isOver()) {
        finish();
      } else {
        lost(Failure.endedEarly(), owedFor);
      }
    }
  }
}
