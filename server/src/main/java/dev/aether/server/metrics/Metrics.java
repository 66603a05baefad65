package dev.aether.server.metrics;

import dev.aether.server.measure.Measures;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;

/**
 * The metrics of one node: what its parts measure, its JVM and its process, in the text format of
 * Prometheus. Thread-safe.
 */
public final class Metrics implements AutoCloseable {
  /** The type of {@link #text}. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private final MicrometerMeasures measures = new MicrometerMeasures(registry);
  private final JvmGcMetrics collections = new JvmGcMetrics();

  /** Begins to collect. */
  public Metrics() {
    List<MeterBinder> binders =
        List.of(
            new JvmMemoryMetrics(),
            collections,
            new JvmThreadMetrics(),
            new ClassLoaderMetrics(),
            new ProcessorMetrics(),
            new FileDescriptorMetrics(),
            new UptimeMetrics());
    binders.forEach(binder -> binder.bindTo(registry));
  }

  /** Where the parts of the node register what they measure. */
  public Measures measures() {
    return measures;
  }

  /** All metrics, as they are now. */
  public MetricSnapshots snapshots() {
    return measures.refreshed(() -> registry.getPrometheusRegistry().scrape());
  }

  /** All metrics, in the text format of Prometheus. */
  public String text() {
    return measures.refreshed(() -> registry.scrape(CONTENT_TYPE));
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
