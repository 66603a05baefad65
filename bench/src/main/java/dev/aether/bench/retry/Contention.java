package dev.aether.bench.retry;

import dev.aether.client.AetherClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Several writers save to one actor, each as fast as its pattern allows. */
final class Contention {
  private final AetherClient client;
  private final AtomicLong runs = new AtomicLong();

  Contention(AetherClient client) {
    this.client = client;
  }

  /**
   * Runs for a time. A save that was started within the time is counted when it ends.
   *
   * @throws IllegalStateException if the actor does not have exactly the events that were saved
   */
  Figures run(Patterns.Pattern pattern, int writers, Duration time) throws InterruptedException {
    String actor = "contended-" + runs.incrementAndGet();
    Tally tally = new Tally();
    ExecutorService threads = Executors.newFixedThreadPool(writers);
    long begun = System.nanoTime();
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < writers; i++) {
        running.add(
            threads.submit(
                () -> {
                  try (Writer writer = pattern.writers().make(client, tally)) {
                    while (System.nanoTime() - begun < time.toNanos()) {
                      writer.write(actor);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(pattern.name() + ": a writer failed", e.getCause());
    } finally {
      threads.shutdownNow();
    }
    Figures figures = tally.figures((System.nanoTime() - begun) / 1e9);
    long stored = client.latestVersion(actor);
    if (stored != figures.saved()) {
      throw new IllegalStateException(
          pattern.name() + ": saved " + figures.saved() + ", stored " + stored);
    }
    return figures;
  }
}
