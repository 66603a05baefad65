package dev.aether.server.concurrent;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs short tasks periodically, on one daemon thread. If a task throws, that is logged and the
 * task runs again at its next time, whereas the JDK's executors would silently drop it.
 * Thread-safe.
 */
public final class Ticker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);

  /** A task that keeps failing is logged at most this often. */
  private static final Duration LOGGED_EVERY = Duration.ofSeconds(10);

  private final ScheduledExecutorService executor;

  /**
   * @param name the name of the thread
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
   * Runs a task until this is closed: first after the period, and then one period after each end.
   *
   * @param what the task does, for the log
   */
  public void every(Duration period, String what, Runnable task) {
    var unused =
        executor.scheduleWithFixedDelay(
            guarded(what, task), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Wraps a task for another scheduler, so that it never throws: failures are logged, at most every
   * 10 s.
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
        LOG.error("failed to {}, will try again (failure number {})", what, failures, thrown);
      }
    }
  }

  /** Starts no more tasks. A running task is completed. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
