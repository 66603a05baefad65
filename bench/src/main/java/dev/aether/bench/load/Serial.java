package dev.aether.bench.load;

import dev.aether.bench.driver.Driver;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/** One client with one operation in flight, whose thread waits for each response. */
public final class Serial {
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
  private static final int SIGNIFICANT_DIGITS = 3;

  private Serial() {}

  /** The operation that a client repeats. */
  public interface Step {
    void run() throws Exception;
  }

  /** Appends to random actors until the time is over or the number of appends is reached. */
  public static Measured appends(Driver driver, int actors, Duration time, long maxAppends)
      throws Exception {
    return run(() -> append(driver, ThreadLocalRandom.current().nextInt(actors)), time, maxAppends);
  }

  private static void append(Driver driver, int actor) throws InterruptedException {
    try {
      driver.append(actor).get(ANSWER_WITHIN.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(driver.name() + ": an append failed", e);
    }
  }

  /** Repeats a step until the time is over or the number of runs is reached. */
  public static Measured run(Step step, Duration time, long maxSteps) throws Exception {
    Histogram latencies = new Histogram(SIGNIFICANT_DIGITS);
    long begunAt = System.nanoTime();
    long endAt = begunAt + time.toNanos();
    long count = 0;
    for (long now = begunAt; now < endAt && count < maxSteps; count++) {
      step.run();
      long after = System.nanoTime();
      latencies.recordValue(after - now);
      now = after;
    }
    return new Measured(count, System.nanoTime() - begunAt, latencies);
  }
}
