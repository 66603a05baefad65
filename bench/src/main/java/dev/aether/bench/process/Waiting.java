package dev.aether.bench.process;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for a condition, for a limited time. */
public final class Waiting {
  private static final long POLL_MILLIS = 5;

  private Waiting() {}

  /**
   * Blocks until the condition is true.
   *
   * @param what the end of the sentence "waited 5 s for …"
   * @throws IllegalStateException if it does not become true in time
   */
  public static void until(String what, Duration bound, BooleanSupplier condition) {
    long giveUpAt = System.nanoTime() + bound.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > giveUpAt) {
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
