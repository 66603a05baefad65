package dev.aether.bench.load;

import dev.aether.bench.driver.Driver;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Writes the data for a scenario about reading, as fast as possible. This is not measured. */
public final class Fill {
  private static final int IN_FLIGHT = 512;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(60);

  private Fill() {}

  /**
   * Appends to every actor once, then to every actor again, and so on, so that the commits of an
   * actor are as far apart as possible. Blocks until all are acknowledged.
   */
  public static void interleaved(Driver driver, int actors, int commitsEach)
      throws InterruptedException {
    int inFlight = Math.min(IN_FLIGHT, actors);
    Semaphore room = new Semaphore(inFlight);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    for (int commit = 0; commit < commitsEach; commit++) {
      for (int actor = 0; actor < actors; actor++) {
        take(room, 1, failure);
        driver
            .append(actor)
            .whenComplete(
                (done, thrown) -> {
                  if (thrown != null) {
                    failure.compareAndSet(null, thrown);
                  }
                  room.release();
                });
      }
      // The next append to an actor depends on the previous one.
      take(room, inFlight, failure);
      room.release(inFlight);
    }
  }

  private static void take(
      Semaphore room, int permits, AtomicReference<@Nullable Throwable> failure)
      throws InterruptedException {
    boolean taken = room.tryAcquire(permits, ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS);
    Throwable thrown = failure.get();
    if (!taken || thrown != null) {
      throw new IllegalStateException("an append failed or was not answered", thrown);
    }
  }
}
