package dev.aether.client.internal.reads;

import dev.aether.client.Reason;
import dev.aether.client.internal.calls.Backoff;
import dev.aether.client.internal.calls.Failure;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts the calls in a row that delivered nothing, and decides whether and when another one
 * follows. Used by one thread at a time.
 */
final class ResumeAttempts {
  /** Reasons that the client reports by itself while a server is silent. */
  private static final Set<Reason> SILENCE =
      EnumSet.of(Reason.UNREACHABLE, Reason.DEADLINE_EXCEEDED);

  private final ResumingCall.Limits limits;
  private @Nullable Failure last;
  private int count;
  private long waitingSinceNanos;

  /** The current call got less time than usual, because the read gives up before. */
  private boolean shortened;

  ResumeAttempts(ResumingCall.Limits limits) {
    this.limits = limits;
  }

  /** Number of calls in a row that delivered nothing. */
  int count() {
    return count;
  }

  /** The failure that the read reports if no other call follows; null if no call has failed. */
  @Nullable Failure last() {
    return last;
  }

  /** How long nothing has been received. */
  Duration waited() {
    return count == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - waitingSinceNanos);
  }

  /** How long the next call may stay silent. */
  FrameCall.Patience patience() {
    Duration first = limits.first();
    Duration giveUpAfter = limits.giveUpAfter();
    Duration left = giveUpAfter == null ? first : giveUpAfter.minus(waited());
    shortened = left.compareTo(first) < 0;
    return new FrameCall.Patience(shortened ? left : first, limits.later(), limits.end());
  }

  /**
   * Records that a call broke.
   *
   * @param owedFor how long the call had owed a frame
   * @return the delay before the next call; null to give up
   */
  @Nullable Duration failed(Failure latest, Duration owedFor) {
    if (count++ == 0) {
      waitingSinceNanos = System.nanoTime() - owedFor.toNanos();
      last = latest;
    } else if (last == null || !shortened || !SILENCE.contains(latest.error().reason())) {
      // A call that was cut short and got no answer says less than an earlier answer.
      last = latest;
    }
    Duration delay = Backoff.delay(limits.repeats(), count, last);
    Duration giveUpAfter = limits.giveUpAfter();
    boolean inTime = giveUpAfter == null || waited().plus(delay).compareTo(giveUpAfter) < 0;
    // Once: a token that was renewed is sent with the next call already.
    boolean worthwhile =
        last.repeatable() || last.isWithoutToken() || (last.isUnauthenticated() && count == 1);
    return worthwhile && count < limits.repeats().maxAttempts() && inTime ? delay : null;
  }

  /** Records a frame; returns whether calls had failed before it. */
  boolean succeeded() {
    boolean hadFailed = count > 0;
    count = 0;
    return hadFailed;
  }

  /** Starts the waiting time again, because nobody waited until now. */
  void restartClock() {
    waitingSinceNanos = System.nanoTime();
  }
}
