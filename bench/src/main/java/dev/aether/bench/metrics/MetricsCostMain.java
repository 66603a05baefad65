package dev.aether.bench.metrics;

import dev.aether.server.measure.Counter;
import dev.aether.server.measure.Distribution;
import dev.aether.server.measure.Measures;
import dev.aether.server.metrics.Metrics;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;

/**
 * The processor time of what a unary save measures, in a loop on one thread. A comparison of whole
 * nodes does not show it: it is less than their rates vary.
 */
public final class MetricsCostMain {
  private static final int SAVES = 2_000_000;
  private static final int ROUNDS = 6;

  private MetricsCostMain() {}

  /** Prints a line for each round; the first ones warm up. */
  public static void main(String[] args) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    try (Metrics metrics = new Metrics()) {
      Save with = new Save(metrics.measures());
      Save without = new Save(Measures.NONE);
      for (int round = 1; round <= ROUNDS; round++) {
        long begin = threads.getCurrentThreadCpuTime();
        with.repeat();
        long middle = threads.getCurrentThreadCpuTime();
        without.repeat();
        long end = threads.getCurrentThreadCpuTime();
        System.out.printf(
            Locale.ROOT,
            "round %d: %d ns of processor time a save with metrics, %d ns without%n",
            round,
            (middle - begin) / SAVES,
            (end - middle) / SAVES);
      }
    }
  }

  /** The meters of one save: of its outcome, its call and its publish. */
  private static final class Save {
    private final Counter outcome;
    private final Counter call;
    private final Counter cache;
    private final Distribution saveDuration;
    private final Distribution callDuration;
    private final Distribution publishDuration;

    Save(Measures measures) {
      outcome = measures.counter("saves", "", "outcome", "stored", "reason", "");
      call = measures.counter("rpcs", "", "method", "SaveEvents", "code", "OK");
      cache = measures.counter("version.cache", "", "result", "hit");
      saveDuration = measures.durations("save.duration", "");
      callDuration = measures.durations("rpc.duration", "", "method", "SaveEvents");
      publishDuration = measures.durations("jetstream.duration", "", "request", "publish");
    }

    void repeat() {
      for (int i = 0; i < SAVES; i++) {
        long begin = System.nanoTime();
        // Up to a millisecond, so that all buckets below are used.
        int published = i % 1_000_000;
        cache.increment();
        publishDuration.record(System.nanoTime() - begin + published);
        outcome.increment();
        saveDuration.record(System.nanoTime() - begin + published);
        call.increment();
        callDuration.record(System.nanoTime() - begin + published);
      }
    }
  }
}
