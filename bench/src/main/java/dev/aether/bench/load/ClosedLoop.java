package dev.aether.bench.load;

import dev.aether.bench.driver.Driver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a fixed number of appends in flight. Each slot appends to one of its own actors, chosen at
 * random, and does so again when that is acknowledged, on the thread of the acknowledgement. Slots
 * have no actors in common, so appends neither wait for nor conflict with each other.
 */
public final class ClosedLoop {
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(60);
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Driver driver;
  private final int actors;
  private final int inFlight;
  private final long maxAppends;
  private final long endAt;
  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong ended = new AtomicLong();
  private final AtomicInteger running;
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final Recorder latencies = new Recorder(SIGNIFICANT_DIGITS);

  private ClosedLoop(Driver driver, int actors, int inFlight, Duration time, long maxAppends) {
    this.driver = driver;
    this.actors = actors;
    this.inFlight = inFlight;
    this.maxAppends = maxAppends;
    this.endAt = System.nanoTime() + time.toNanos();
    this.running = new AtomicInteger(inFlight);
  }

  /**
   * Runs until the time is over or the number of appends is reached. Blocks until all are
   * acknowledged.
   *
   * @param actors at least {@code inFlight}
   * @throws IllegalStateException if an append failed or was not answered
   */
  public static Measured run(
      Driver driver, int actors, int inFlight, Duration time, long maxAppends) {
    return new ClosedLoop(driver, actors, inFlight, time, maxAppends).run();
  }

  private Measured run() {
    long begunAt = System.nanoTime();
    for (int slot = 0; slot < inFlight; slot++) {
      advance(slot);
    }
    try {
      long bound = endAt - begunAt + ANSWERS_WITHIN.toNanos();
      if (!over.await(bound, TimeUnit.NANOSECONDS)) {
        throw new IllegalStateException(driver.name() + " did not answer " + running + " appends");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IllegalStateException(driver.name() + ": an append failed", thrown);
    }
    return new Measured(ended.get(), System.nanoTime() - begunAt, latencies.getIntervalHistogram());
  }

  /** Appends one after the other, without recursion if a response is available immediately. */
  private void advance(int slot) {
    while (mayBegin()) {
      long begunAt = System.nanoTime();
      CompletableFuture<?> answer = append(slot);
      if (!answer.isDone()) {
        answer.whenComplete(
            (done, thrown) -> {
              end(begunAt, thrown);
              advance(slot);
            });
        return;
      }
      end(begunAt, thrownBy(answer));
    }
    if (running.decrementAndGet() == 0) {
      over.countDown();
    }
  }

  private boolean mayBegin() {
    return failure.get() == null
        && System.nanoTime() < endAt
        && begun.getAndIncrement() < maxAppends;
  }

  private CompletableFuture<?> append(int slot) {
    int ofSlot = (actors - slot + inFlight - 1) / inFlight;
    int actor = slot + inFlight * ThreadLocalRandom.current().nextInt(ofSlot);
    try {
      return driver.append(actor);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void end(long begunAt, @Nullable Throwable thrown) {
    if (thrown == null) {
      latencies.recordValue(System.nanoTime() - begunAt);
      ended.incrementAndGet();
    } else {
      failure.compareAndSet(null, thrown);
    }
  }

  private static @Nullable Throwable thrownBy(CompletableFuture<?> done) {
    try {
      done.join();
      return null;
    } catch (CompletionException e) {
      return e.getCause();
    }
  }
}
