package dev.aether.server.concurrent;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Schedules tasks that are nearly always cancelled long before their time, such as the deadlines of
 * saves. A task whose time is far away is only in a queue that is swept periodically. It enters the
 * timers' heap, which has a lock, only when its time is near. Thread-safe.
 */
public final class DeadlineScheduler {
  /**
   * Interval between sweeps. Cancelled tasks leave the queue within this time, which bounds its
   * size.
   */
  private static final Duration SWEEP = Duration.ofMillis(100);

  /** Tasks that are due sooner go directly to the timers. */
  private static final Duration NEAR = SWEEP.multipliedBy(3);

  private final Timers timers;
  private final Queue<Deadline> far = new ConcurrentLinkedQueue<>();

  public DeadlineScheduler(Timers timers) {
    this.timers = timers;
    timers.every(SWEEP, this::sweep);
  }

  /**
   * Runs a short task at a {@link System#nanoTime}, on the timers' thread, unless it is cancelled.
   */
  public Deadline at(long nanoTime, Runnable task) {
    Deadline deadline = new Deadline(nanoTime, task);
    if (nanoTime - System.nanoTime() < NEAR.toNanos()) {
      deadline.arm(timers);
    } else {
      far.add(deadline);
    }
    return deadline;
  }

  /** Checks each task once that was in the queue at the start. */
  private void sweep() {
    long near = System.nanoTime() + NEAR.toNanos();
    for (int left = far.size(); left > 0; left--) {
      Deadline deadline = far.poll();
      if (deadline == null) {
        return;
      }
      if (deadline.nanoTime - near < 0) {
        deadline.arm(timers);
      } else if (!deadline.isCancelled()) {
        far.add(deadline);
      }
    }
  }

  /** The number of tasks in the queue. */
  int far() {
    return far.size();
  }

  /** A scheduled task. */
  public static final class Deadline {
    private final long nanoTime;

    /**
     * Null when cancelled, so that a task that waits to be swept holds no memory. Guarded by this.
     */
    private @Nullable Runnable task;

    private @Nullable Future<?> armed;

    private Deadline(long nanoTime, Runnable task) {
      this.nanoTime = nanoTime;
      this.task = task;
    }

    private synchronized void arm(Timers timers) {
      if (task != null) {
        armed = timers.at(nanoTime, task);
      }
    }

    private synchronized boolean isCancelled() {
      return task == null;
    }

    public synchronized void cancel() {
      task = null;
      if (armed != null) {
        armed.cancel(false);
      }
    }
  }
}
