package dev.aether.server.concurrent;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Runs work on the threads of an executor, one piece at a time: after each wake-up the waiting
 * tasks, then the body. Wake-ups during a run lead to one more run. Thread-safe.
 */
public final class SerialLoop implements Executor {
  private final Executor executor;
  private final Runnable body;
  private final Consumer<Throwable> onFailure;

  /** Bounded by what its user can have in progress at once. */
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

  /** Wake-ups that no run has seen yet. */
  private final AtomicInteger wakeUps = new AtomicInteger();

  /**
   * @param onFailure receives whatever a task or the body throws
   */
  public SerialLoop(Executor executor, Runnable body, Consumer<Throwable> onFailure) {
    this.executor = executor;
    this.body = body;
    this.onFailure = onFailure;
  }

  /** Runs a task, and the body after it. */
  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    wake();
  }

  /** Runs the body soon. */
  public void wake() {
    if (wakeUps.getAndIncrement() == 0) {
      executor.execute(this::run);
    }
  }

  private void run() {
    int seen;
    do {
      seen = wakeUps.get();
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        run(task);
      }
      run(body);
    } while (!wakeUps.compareAndSet(seen, 0));
  }

  /** A task that throws must not hold up the others, since the next wake-up may be far away. */
  private void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      // An Error, too: otherwise, the subscriber would wait forever.
      onFailure.accept(e);
    }
  }
}
