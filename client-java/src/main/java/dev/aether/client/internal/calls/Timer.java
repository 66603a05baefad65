package dev.aether.client.internal.calls;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks later on the client's executor; one thread waits for all of them. When the timer is
 * closed, all waiting tasks run at once, and so do tasks scheduled later. A task must check by
 * itself whether its time has come or the client is closed.
 */
public final class Timer {
  private final Set<Task> waiting = ConcurrentHashMap.newKeySet();
  private final ScheduledThreadPoolExecutor clock;
  private final Executor executor;

  public Timer(Executor executor) {
    this.executor = executor;
    clock =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "aether-client-timer");
              thread.setDaemon(true);
              return thread;
            });
    clock.setRemoveOnCancelPolicy(true);
  }

  /** Runs the task once, after the delay. */
  public Task schedule(Runnable action, Duration delay) {
    Task task = new Task(action);
    waiting.add(task);
    try {
      task.alarm = clock.schedule(task::fire, Durations.nanos(delay), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      task.fire();
    }
    return task;
  }

  public void close() {
    clock.shutdownNow();
    waiting.forEach(Task::fire);
  }

  /** A scheduled task. */
  public final class Task {
    private final Runnable action;
    private volatile @Nullable Future<?> alarm;

    private Task(Runnable action) {
      this.action = action;
    }

    /** Runs the action on the executor, unless it has already run. */
    public void fire() {
      if (waiting.remove(this)) {
        try {
          executor.execute(action);
        } catch (RejectedExecutionException e) {
          action.run(); // The executor was shut down before the client was closed.
        }
      }
    }

    /** Cancels the task, unless it has already run. */
    public void cancel() {
      waiting.remove(this);
      Future<?> set = alarm;
      if (set != null) {
        set.cancel(false);
      }
    }
  }
}
