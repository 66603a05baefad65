package dev.aether.examples.local;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for a condition, up to a time limit. */
public final class Waiting {
  private static final long POLL_MILLIS = 20;

  private Waiting() {}

  /**
   * Returns as soon as the condition holds.
   *
   * @param what completes the message "waited 5 s for …"
   * @throws IllegalStateException if it does not hold within the limit, or if the thread is
   *     interrupted
   */
  public static void until(String what, Duration bound, BooleanSupplier condition) {
    long giveUpAt = System.nanoTime() + bound.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - giveUpAt > 0) {
        throw new IllegalStateException("waited " + bound.toSeconds() + " s for " + what);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for " + what, e);
      }
    }
  }
}
