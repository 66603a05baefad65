package dev.aether.client.internal.calls;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Creates thread pools. */
public final class Threads {
  private Threads() {}

  /**
   * A pool of daemon threads that grows as needed. Idle threads end, so nobody has to shut it down.
   *
   * @param name prefix of the threads' names
   * @param keepAlive how long an idle thread lives
   */
  public static Executor growing(String name, Duration keepAlive) {
    AtomicInteger count = new AtomicInteger();
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        keepAlive.toMillis(),
        TimeUnit.MILLISECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, name + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }
}
