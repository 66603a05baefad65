package dev.aether.server.concurrent;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs short tasks later, on one thread. Cancelled tasks are removed immediately. If a task throws,
 * that is logged, and a periodic task continues. Thread-safe.
 */
public final class Timers implements AutoCloseable {
  private final ScheduledThreadPoolExecutor executor;

  public Timers() {
    this("aether-timers");
  }

  /**
   * @param name the name of the thread
   */
  public Timers(String name) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  public ScheduledFuture<?> after(Duration delay, Runnable task) {
    return executor.schedule(logged(task), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** At a {@link System#nanoTime}. */
  public ScheduledFuture<?> at(long nanoTime, Runnable task) {
    return executor.schedule(logged(task), nanoTime - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  public ScheduledFuture<?> every(Duration period, Runnable task) {
    return executor.scheduleWithFixedDelay(
        logged(task), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** The executor would swallow what is thrown and never run the task again. */
  private static Runnable logged(Runnable task) {
    return Ticker.guarded("run a task of the store", task);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
