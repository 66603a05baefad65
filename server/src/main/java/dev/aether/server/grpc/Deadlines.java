package dev.aether.server.grpc;

import io.grpc.Context;
import io.grpc.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** When an answer must leave: before the caller stops waiting, and within the server's own cap. */
final class Deadlines {
  /** The server's own cap. */
  static final Duration CAP = Duration.ofSeconds(10);

  /** What an answer may need on its way, of a long wait. Of a short one it is a tenth. */
  private static final Duration LONGEST_MARGIN = Duration.ofMillis(250);

  private Deadlines() {}

  /** For the current call, as {@link System#nanoTime}. */
  static long ofCall() {
    Deadline deadline = Context.current().getDeadline();
    long left =
        deadline == null
            ? CAP.toNanos()
            : Math.min(CAP.toNanos(), deadline.timeRemaining(TimeUnit.NANOSECONDS));
    long margin = Math.min(LONGEST_MARGIN.toNanos(), left / 10);
    return System.nanoTime() + Math.max(0, left - margin);
  }
}
