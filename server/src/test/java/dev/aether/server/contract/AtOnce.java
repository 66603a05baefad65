package dev.aether.server.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Does things at once, each on a thread of its own. */
final class AtOnce {
  private static final long BOUND_SECONDS = 300;

  private AtOnce() {}

  /** What each brought, in order; all begin together. */
  static <T> List<T> results(int count, IntFunction<T> work) {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      CountDownLatch go = new CountDownLatch(count);
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int index = i;
        running.add(
            threads.submit(
                () -> {
                  go.countDown();
                  go.await();
                  return work.apply(index);
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : running) {
        results.add(future.get(BOUND_SECONDS, TimeUnit.SECONDS));
      }
      return results;
    } catch (ExecutionException e) {
      throw new AssertionError("one of those at once failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError("not done within " + BOUND_SECONDS + " s", e);
    } finally {
      threads.shutdownNow();
    }
  }
}
