package dev.aether.server.concurrent;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs light tasks periodically, on one daemon thread. A task that throws is logged and runs again
 * at its next time; the JDK's executors would drop it for good, without a word. For any number of
 * threads.
 */
public final class Ticker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);

  /** A task that fails at each of its times is logged so often at most. */
  private static final Duration LOGGED_EVERY = Duration.ofSeconds(10);

  private final ScheduledExecutorService executor;

  /**
   * @param name of the thread
   */
  public Ticker(String name) {
    executor =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Runs a task until closed: first after the period, then so long after each end of it.
   *
   * @param what the task does, for the log
   */
  public void every(Duration period, String what, Runnable task) {
    var unused =
        executor.scheduleWithFixedDelay(
            guarded(what, task), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * A task for another scheduler that throws nothing: what fails is logged, at most every 10 s.
   *
   * @param what the task does, for the log
   */
  public static Runnable guarded(String what, Runnable task) {
    return new Guarded(what, task);
  }

  private static final class Guarded implements Runnable {
    private final String what;
    private final Runnable task;
    private long failures;
    private long loggedAt;

    Guarded(String what, Runnable task) {
      this.what = what;
      this.task = task;
    }

    @Override
    public void run() {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        log(e);
      }
    }

    private synchronized void log(Throwable thrown) {
      failures++;
      if (failures == 1 || System.nanoTime() - loggedAt > LOGGED_EVERY.toNanos()) {
        loggedAt = System.nanoTime();
        LOG.error("to {} failed and is tried again, failure {}", what, failures, thrown);
      }
    }
  }

  /** Starts no task any more; one that runs comes to its end. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
