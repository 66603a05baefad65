package dev.aether.server.concurrent;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks at times that nearly all are cancelled long before, as the deadlines of saves are. A
 * time that is far away costs a place in a queue that is looked through now and then, and only when
 * it is near a place in the timers' heap, under its lock. For any number of threads.
 */
public final class DeadlineScheduler {
  /** What is cancelled leaves the queue within this time, so that is its bound. */
  private static final Duration SWEEP = Duration.ofMillis(100);

  /** Nearer times are the timers' own. */
  private static final Duration NEAR = SWEEP.multipliedBy(3);

  private final Timers timers;
  private final Queue<Deadline> far = new ConcurrentLinkedQueue<>();

  public DeadlineScheduler(Timers timers) {
    this.timers = timers;
    timers.every(SWEEP, this::sweep);
  }

  /** Runs a light task at a {@link System#nanoTime}, on the timers' thread, unless cancelled. */
  public Deadline at(long nanoTime, Runnable task) {
    Deadline deadline = new Deadline(nanoTime, task);
    if (nanoTime - System.nanoTime() < NEAR.toNanos()) {
      deadline.arm(timers);
    } else {
      far.add(deadline);
    }
    return deadline;
  }

  /** Looks once at each that was there before. */
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

  /** How many are looked at now and then. */
  int far() {
    return far.size();
  }

  /** A task that has its time. */
  public static final class Deadline {
    private final long nanoTime;

    /** Null when cancelled, so that nothing hangs on what waits to be swept. Guarded by this. */
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
