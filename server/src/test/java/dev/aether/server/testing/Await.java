package dev.aether.server.testing;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition instead of sleeping. */
public final class Await {
  private static final Duration POLL = Duration.ofMillis(5);

  private Await() {}

  /**
   * Returns as soon as the condition holds.
   *
   * @param what ends the sentence "waited 5000 ms for …"
   * @throws AssertionError when it does not hold within the bound
   */
  public static void until(String what, Duration bound, BooleanSupplier condition) {
    value(what, bound, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
  }

  /** The first value that is there within the bound. */
  public static <T> T value(String what, Duration bound, Supplier<Optional<T>> source) {
    long deadline = System.nanoTime() + bound.toNanos();
    while (true) {
      Optional<T> value = source.get();
      if (value.isPresent()) {
        return value.get();
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited %d ms for %s".formatted(bound.toMillis(), what));
      }
      try {
        TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for " + what, e);
      }
    }
  }
}
