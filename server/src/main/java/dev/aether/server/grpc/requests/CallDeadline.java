package dev.aether.server.grpc.requests;

import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Computes when a response must be sent: before the caller stops waiting, and within the server's
 * own limit.
 */
public final class CallDeadline {
  /** The server's own limit. */
  static final Duration CAP = Duration.ofSeconds(10);

  /** Time reserved for sending the response; a tenth of the time left if that is shorter. */
  private static final Duration LONGEST_MARGIN = Duration.ofMillis(250);

  private CallDeadline() {}

  /** The deadline of the current call, as {@link System#nanoTime}. */
  public static long current() {
    Deadline deadline = Context.current().getDeadline();
    long left =
        deadline == null
            ? CAP.toNanos()
            : Math.min(CAP.toNanos(), deadline.timeRemaining(TimeUnit.NANOSECONDS));
    long margin = Math.min(LONGEST_MARGIN.toNanos(), left / 10);
    return System.nanoTime() + Math.max(0, left - margin);
  }
}
