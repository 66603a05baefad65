package dev.aether.client.internal.reads;

import dev.aether.client.AetherException;
import dev.aether.client.internal.calls.Connection;
import dev.aether.client.internal.calls.Logs;
import dev.aether.client.internal.calls.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Says in the log that a read or a subscription has been lost for long, once, and once more when it
 * is back: whoever follows for ever gets no exception that would say so. Safe for use by many
 * threads.
 */
public final class OutageLog {
  private final Connection connection;
  private final String what;
  private final Duration after;

  // Guarded by this.
  private Timer.@Nullable Task alarm;
  private @Nullable AetherException cause;
  private long sinceNanos;
  private boolean told;

  /**
   * Nothing is lost yet.
   *
   * @param what begins the sentence "… is lost"
   * @param after how long something is lost before the log says so
   */
  OutageLog(Connection connection, String what, Duration after) {
    this.connection = connection;
    this.what = what;
    this.after = after;
  }

  /**
   * It is lost, or was and still is.
   *
   * @param waited how long nothing has come
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
    if (why != null && !told && !connection.closed()) {
      told = true;
      Logs.CLIENT.warn(
          "{} has been lost for {} ms; still trying: {}", what, lostMillis(), why.getMessage());
    }
  }

  /** Something came. */
  synchronized void back() {
    if (told) {
      Logs.CLIENT.warn("{} is back after {} ms", what, lostMillis());
    }
    forget();
  }

  /** It ended, or nobody waits for it. */
  synchronized void forget() {
    if (alarm != null) {
      alarm.cancel();
      alarm = null;
    }
    cause = null;
    told = false;
  }

  private long lostMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
  }
}
