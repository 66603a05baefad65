package dev.aether.faults.topology;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for conditions, for a limited time. */
public final class Waiting {
  private static final long POLL_MILLIS = 20;

  private Waiting() {}

  /** Blocks until the condition is true, and returns whether it became true in time. */
  public static boolean within(Duration bound, BooleanSupplier condition) {
    long giveUpAt = System.nanoTime() + bound.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > giveUpAt) {
        return false;
      }
      pause(Duration.ofMillis(POLL_MILLIS));
    }
    return true;
  }

  /** Blocks for this time. */
  public static void pause(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting", e);
    }
  }
}
