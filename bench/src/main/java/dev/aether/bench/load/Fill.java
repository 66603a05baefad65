package dev.aether.bench.load;

import dev.aether.bench.driver.Driver;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Writes what a scenario about reading needs; as fast as it goes, and not measured. */
public final class Fill {
  private static final int IN_FLIGHT = 512;
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(60);

  private Fill() {}

  /**
   * Appends to every actor once, then to every actor again, and so on, so that an actor's commits
   * lie as far apart as they can. Waits until all are acknowledged.
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
      // An actor's next append must know where the last one ended.
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
