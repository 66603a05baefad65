package dev.aether.client.internal.reads;

import dev.aether.client.AetherException;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.Logs;
import dev.aether.client.internal.calls.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Logs once that a read or a subscription has been disconnected for long, and once more when it has
 * reconnected. A reader that waits forever gets no exception that would tell it. Safe for use by
 * many threads.
 */
public final class OutageLog {
  private final Connection connection;
  private final String what;
  private final Duration after;

  // Guarded by this.
  private Timer.@Nullable Task alarm;
  private @Nullable AetherException cause;
  private long sinceNanos;
  private boolean logged;

  /**
   * Creates the log of a read that is connected.
   *
   * @param what names the read in messages
   * @param after how long an outage lasts before it is logged
   */
  OutageLog(Connection connection, String what, Duration after) {
    this.connection = connection;
    this.what = what;
    this.after = after;
  }

  /**
   * Records that the read is, or still is, disconnected.
   *
   * @param waited how long nothing has been received
   */
  synchronized void lost(AetherException why, Duration waited) {
    if (cause == null) {
      sinceNanos = System.nanoTime() - waited.toNanos();
      Duration left = after.minus(waited);
      alarm = connection.timer().schedule(this::tell, left.isNegative() ? Duration.ZERO : left);
    }
    cause = why;
  }

  private synchronized void tell() {
    AetherException why = cause;
    if (why != null && !logged && !connection.closed()) {
      logged = true;
      Logs.CLIENT.warn(
          "{} has been disconnected for {} ms; still trying: {}",
          what,
          lostMillis(),
          why.getMessage());
    }
  }

  /** Records that something was received. */
  synchronized void back() {
    if (logged) {
      Logs.CLIENT.warn("{} has reconnected after {} ms", what, lostMillis());
    }
    forget();
  }

  /** Ends the outage without logging, because the read ended or nobody waits for it. */
  synchronized void forget() {
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
    cause = null;
    logged = false;
  }

  private long lostMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
  }
}
