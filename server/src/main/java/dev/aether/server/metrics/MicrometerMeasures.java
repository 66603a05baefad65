package dev.aether.server.metrics;

import dev.aether.server.measure.Counter;
import dev.aether.server.measure.Distribution;
import dev.aether.server.measure.Measures;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What the parts of a node measure, as meters of Micrometer. Thread-safe. */
final class MicrometerMeasures implements Measures {
  private static final String PREFIX = "aether.";

  /** The buckets of durations: from a save in memory to the longest deadline of a save. */
  private static final Duration[] DURATIONS =
      Stream.of(0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)
          .map(millis -> Duration.ofNanos((long) (millis.doubleValue() * 1_000_000)))
          .toArray(Duration[]::new);

  private static final double[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128, 256};

  private final MeterRegistry registry;
  private final List<Rows> rows = new CopyOnWriteArrayList<>();

  /**
   * What counters that a function computes ask. Micrometer holds it weakly: as garbage it would be
   * collected, and the counter would stand still from then on.
   */
  private final List<LongSupplier> totals = new CopyOnWriteArrayList<>();

  /** A gauge for each namespace. */
  private record Rows(MultiGauge gauge, Supplier<Map<String, Long>> values) {
    void refresh() {
      gauge.register(
          values.get().entrySet().stream()
              .map(row -> MultiGauge.Row.of(Tags.of("namespace", row.getKey()), row.getValue()))
              .toList(),
          true);
    }
  }

  MicrometerMeasures(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public Counter counter(String name, String help, String... labels) {
    return io.micrometer.core.instrument.Counter.builder(PREFIX + name)
            .description(help)
            .tags(labels)
            .register(registry)
        ::increment;
  }

  @Override
  public void total(String name, String help, LongSupplier count, String... labels) {
    totals.add(count);
    FunctionCounter.builder(PREFIX + name, count, LongSupplier::getAsLong)
        .description(help)
        .tags(labels)
        .register(registry);
  }

  @Override
  public void gauge(String name, String help, LongSupplier value, String... labels) {
    // Strongly: otherwise the supplier is collected as garbage, and the gauge is NaN from then on.
    Gauge.builder(PREFIX + name, value, LongSupplier::getAsLong)
        .strongReference(true)
        .description(help)
        .tags(labels)
        .register(registry);
  }

  @Override
  public Distribution durations(String name, String help, String... labels) {
    Timer timer =
        Timer.builder(PREFIX + name)
            .description(help)
            .tags(labels)
            .serviceLevelObjectives(DURATIONS)
            .register(registry);
    return nanos -> timer.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public Distribution sizes(String name, String help, String... labels) {
    return DistributionSummary.builder(PREFIX + name)
            .description(help)
            .tags(labels)
            .serviceLevelObjectives(SIZES)
            .register(registry)
        ::record;
  }

  @Override
  public void byNamespace(String name, String help, Supplier<Map<String, Long>> values) {
    rows.add(
        new Rows(MultiGauge.builder(PREFIX + name).description(help).register(registry), values));
  }

  /**
   * Asks for the namespaces that there are now, and reads all meters. One at a time: while rows are
   * replaced, some are missing.
   */
  synchronized <T> T refreshed(Supplier<T> read) {
    rows.forEach(Rows::refresh);
    return read.get();
  }
}
