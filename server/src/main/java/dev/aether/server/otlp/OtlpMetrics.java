package dev.aether.server.otlp;

import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporterBuilder;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the metrics of {@code /metrics} to a collector, regularly, on a thread of its own. What was
 * not sent is not lost for good, except for what gauges said: totals go on to grow. Thread-safe.
 */
public final class OtlpMetrics implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OtlpMetrics.class);

  /** How often the metrics are sent. */
  public static final Duration EVERY = Duration.ofSeconds(15);

  private final Delivery delivery;
  private final SdkMeterProvider provider;

  /**
   * Begins to send.
   *
   * @param snapshots all metrics as they are now
   */
  public OtlpMetrics(Collector collector, Supplier<MetricSnapshots> snapshots) {
    this(collector, snapshots, EVERY);
  }

  OtlpMetrics(Collector collector, Supplier<MetricSnapshots> snapshots, Duration every) {
    delivery = new Delivery(collector, "metrics");
    long begin = Clock.getDefault().now();
    InstrumentationScopeInfo scope =
        InstrumentationScopeInfo.builder("dev.aether.server")
            .setVersion(collector.version())
            .build();
    OtlpHttpMetricExporterBuilder exporter =
        OtlpHttpMetricExporter.builder()
            .setEndpoint(collector.endpoint("metrics"))
            .setHeaders(collector::headers)
            .setTimeout(Collector.REQUEST_TIMEOUT)
            .setRetryPolicy(Collector.RETRIES);
    collector.secure(exporter::setSslContext);
    provider =
        SdkMeterProvider.builder()
            .setResource(collector.resource())
            .registerMetricProducer(
                resource ->
                    read(
                        () ->
                            new OtlpPoints(resource, scope, begin, Clock.getDefault().now())
                                .of(snapshots.get())))
            .registerMetricReader(
                PeriodicMetricReader.builder(new WatchedExporter(exporter.build()))
                    .setInterval(every)
                    .build())
            .build();
  }

  /** A bug must not end in silence: OpenTelemetry would only write it to a log that is off. */
  private Collection<MetricData> read(Supplier<Collection<MetricData>> metrics) {
    try {
      return metrics.get();
    } catch (RuntimeException | Error e) {
      LOG.error("the metrics of this node could not be read, so none are sent this time", e);
      return List.of();
    }
  }

  /**
   * Why metrics are not sent; empty if they are. To be asked regularly, from one place: trouble is
   * told at least once, even if it ended before.
   */
  public Optional<String> trouble() {
    return delivery.trouble();
  }

  /** Sends the metrics once more, for a limited time. Blocks meanwhile. */
  @Override
  public void close() {
    delivery.drain(provider.shutdown());
  }

  /** Sends metrics, and remembers whether the collector took them. */
  private final class WatchedExporter implements MetricExporter {
    private final MetricExporter exporter;

    WatchedExporter(MetricExporter exporter) {
      this.exporter = exporter;
    }

    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      CompletableResultCode sent = delivery.send(() -> exporter.export(metrics));
      return sent.whenComplete(
          () -> {
            if (sent.isSuccess()) {
              delivery.works();
            }
          });
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }

    @Override
    public CompletableResultCode flush() {
      return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return exporter.shutdown();
    }
  }
}
