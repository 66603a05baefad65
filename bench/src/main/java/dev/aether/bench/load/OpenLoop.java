package dev.aether.bench.load;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/**
 * Begins operations at fixed times, no matter how long earlier ones take, as many independent
 * clients do. A latency starts at the time that the schedule intended, so it includes any delay
 * before the operation could begin.
 */
public final class OpenLoop {
  private static final int SIGNIFICANT_DIGITS = 3;
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(60);

  private OpenLoop() {}

  /** Begins the operation on an actor. */
  public interface Operation {
    /** Returns a future that completes when the operation has ended, or fails. */
    CompletableFuture<?> begin(int actor);
  }

  /**
   * Runs until the time is over or the number of operations is reached. Blocks until all have
   * ended. Actors take turns; an operation on an actor begins when the one before it has ended.
   *
   * @param actors large enough that an actor's turn usually comes after its operation has ended
   * @throws IllegalStateException if an operation failed or did not end
   */
  public static Measured run(
      Operation operation, int actors, double perSecond, Duration time, long maxOperations)
      throws InterruptedException {
    int count = (int) Math.min(maxOperations, Math.round(perSecond * time.toMillis() / 1e3));
    ConcurrentHistogram latencies = new ConcurrentHistogram(SIGNIFICANT_DIGITS);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Semaphore ended = new Semaphore(0);
    CompletableFuture<?>[] last = new CompletableFuture<?>[actors];
    long begunAt = System.nanoTime();
    int begun = 0;
    for (; begun < count && failure.get() == null; begun++) {
      long intended = begunAt + Math.round(begun * 1e9 / perSecond);
      for (long left = intended - System.nanoTime();
          left > 0;
          left = intended - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      int actor = begun % actors;
      CompletableFuture<?> previous = last[actor];
      CompletableFuture<?> next =
          previous == null || previous.isDone()
              ? operation.begin(actor)
              : previous.thenCompose(done -> operation.begin(actor));
      last[actor] =
          next.whenComplete(
              (done, thrown) -> {
                if (thrown == null) {
                  latencies.recordValue(System.nanoTime() - intended);
                } else {
                  failure.compareAndSet(null, thrown);
                }
                ended.release();
              });
    }
    boolean all = ended.tryAcquire(begun, ANSWERS_WITHIN.toSeconds(), TimeUnit.SECONDS);
    Throwable thrown = failure.get();
    if (!all || thrown != null) {
      throw new IllegalStateException("an operation failed or did not end", thrown);
    }
    return new Measured(begun, System.nanoTime() - begunAt, latencies);
  }
}
