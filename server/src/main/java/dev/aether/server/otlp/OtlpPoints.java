package dev.aether.server.otlp;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.Data;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.GaugeData;
import io.opentelemetry.sdk.metrics.data.HistogramData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.MetricDataType;
import io.opentelemetry.sdk.metrics.data.SumData;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBucket;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DistributionDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Converts metrics as Prometheus gets them to those of OpenTelemetry, with the same names: only the
 * end {@code _total} is left out, which a collector adds when it passes them on to Prometheus. The
 * library of Prometheus that does this has an OkHttp and a Kotlin of its own, 6 MB.
 *
 * @param begin when the totals were 0, in nanoseconds since 1970
 * @param now the time of the values
 */
record OtlpPoints(Resource resource, InstrumentationScopeInfo scope, long begin, long now) {
  private static final Logger LOG = LoggerFactory.getLogger(OtlpPoints.class);

  /** A metric of OpenTelemetry. */
  private record Metric(
      Resource getResource,
      InstrumentationScopeInfo getInstrumentationScopeInfo,
      String getName,
      String getDescription,
      String getUnit,
      MetricDataType getType,
      Data<?> getData)
      implements MetricData {}

  List<MetricData> of(MetricSnapshots snapshots) {
    List<MetricData> metrics = new ArrayList<>();
    for (MetricSnapshot each : snapshots) {
      if (each instanceof CounterSnapshot counter) {
        metrics.add(
            metric(
                each,
                MetricDataType.DOUBLE_SUM,
                SumData.createDoubleSumData(
                    true,
                    AggregationTemporality.CUMULATIVE,
                    points(counter.getDataPoints(), point -> point.getValue()))));
      } else if (each instanceof GaugeSnapshot gauge) {
        metrics.add(gauge(each, points(gauge.getDataPoints(), point -> point.getValue())));
      } else if (each instanceof InfoSnapshot info) {
        metrics.add(gauge(each, points(info.getDataPoints(), point -> 1)));
      } else if (each instanceof HistogramSnapshot histogram) {
        metrics.add(
            histogram(
                each,
                histogram.getDataPoints().stream()
                    .map(point -> distribution(point, point.getClassicBuckets()))
                    .toList()));
      } else if (each instanceof SummarySnapshot summary) {
        // Micrometer's summaries have a count and a sum, and no quantiles.
        metrics.add(
            histogram(
                each,
                summary.getDataPoints().stream()
                    .map(point -> distribution(point, ClassicHistogramBuckets.EMPTY))
                    .toList()));
      } else {
        LOG.warn("{} is not sent: {}", each.getMetadata().getName(), each.getClass());
      }
    }
    return metrics;
  }

  private MetricData gauge(MetricSnapshot of, List<DoublePointData> points) {
    return metric(of, MetricDataType.DOUBLE_GAUGE, GaugeData.createDoubleGaugeData(points));
  }

  private MetricData histogram(MetricSnapshot of, List<HistogramPointData> points) {
    return metric(
        of,
        MetricDataType.HISTOGRAM,
        HistogramData.create(AggregationTemporality.CUMULATIVE, points));
  }

  private MetricData metric(MetricSnapshot of, MetricDataType type, Data<?> data) {
    String name = of.getMetadata().getPrometheusName();
    String help = Objects.requireNonNullElse(of.getMetadata().getHelp(), "");
    return new Metric(resource, scope, name, help, unit(name), type, data);
  }

  /** The unit in UCUM, which names of Prometheus end with, or with it and {@code _max}. */
  private static String unit(String name) {
    String base = name.endsWith("_max") ? name.substring(0, name.length() - 4) : name;
    if (base.endsWith("_seconds")) {
      return "s";
    }
    return base.endsWith("_bytes") ? "By" : "";
  }

  private <P extends DataPointSnapshot> List<DoublePointData> points(
      List<P> of, ToDoubleFunction<P> value) {
    return of.stream()
        .map(
            point ->
                DoublePointData.create(
                    begin,
                    now,
                    attributes(point.getLabels()),
                    value.applyAsDouble(point),
                    List.of()))
        .toList();
  }

  private HistogramPointData distribution(
      DistributionDataPointSnapshot point, ClassicHistogramBuckets buckets) {
    List<Double> bounds = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    for (ClassicHistogramBucket bucket : buckets) {
      if (bucket.getUpperBound() < Double.POSITIVE_INFINITY) {
        bounds.add(bucket.getUpperBound());
      }
      counts.add(bucket.getCount());
    }
    if (counts.isEmpty()) {
      counts.add(point.getCount());
    }
    return HistogramPointData.create(
        begin,
        now,
        attributes(point.getLabels()),
        point.getSum(),
        false,
        0,
        false,
        0,
        bounds,
        counts);
  }

  private static Attributes attributes(Labels labels) {
    AttributesBuilder attributes = Attributes.builder();
    labels.forEach(label -> attributes.put(label.getName(), label.getValue()));
    return attributes.build();
  }
}
