package dev.aether.server.otlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.Otlp.Signal;
import dev.aether.server.metrics.Metrics;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.HttpText;
import dev.aether.server.testing.OtlpCollector;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A node that sends its metrics to a real collector. */
class OtlpMetricsTest {
  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final String TYPE = "# TYPE ";

  @Test
  void whatTheEndpointShowsIsSentUnderTheSameNamesAndOnceMoreWhenTheNodeStops() throws Exception {
    try (OtlpCollector collector = OtlpCollector.start()) {
      String text;
      try (AetherServer node = node(collector.url(), Set.of(Signal.METRICS))) {
        save(node, 3);
        text = metrics(node);
      }
      Set<String> sent = new TreeSet<>();
      collector.metrics().forEach(metric -> sent.add(metric.getName()));
      Set<String> missing = new TreeSet<>(names(text));
      missing.removeAll(sent);
      assertEquals(Set.of(), missing);

      Metric saves = last(collector, "aether_saves");
      assertTrue(saves.getSum().getIsMonotonic());
      assertEquals(
          AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE,
          saves.getSum().getAggregationTemporality());
      NumberDataPoint stored =
          saves.getSum().getDataPointsList().stream()
              .filter(point -> "stored".equals(labels(point.getAttributesList()).get("outcome")))
              .findFirst()
              .orElseThrow();
      assertEquals(3, stored.getAsDouble());
      assertTrue(stored.getStartTimeUnixNano() < stored.getTimeUnixNano());

      Metric calls = last(collector, "aether_rpc_duration_seconds");
      assertEquals("s", calls.getUnit());
      HistogramDataPoint call =
          calls.getHistogram().getDataPointsList().stream()
              .filter(
                  point ->
                      labels(point.getAttributesList())
                          .containsValue("aether.v1.EventStore/SaveEvents"))
              .findFirst()
              .orElseThrow();
      assertEquals(3, call.getCount());
      assertEquals(call.getExplicitBoundsCount() + 1, call.getBucketCountsCount());
      assertEquals(3, call.getBucketCountsList().stream().mapToLong(Long::longValue).sum());
      assertTrue(collector.spans().isEmpty(), "no traces were asked for");
    }
  }

  @Test
  void metricsAreSentRegularlyAndACollectorThatIsAwayIsToldUntilItIsBack() throws IOException {
    int port;
    try (OtlpCollector gone = OtlpCollector.start()) {
      port = gone.url().getPort();
    }
    List<String> ownLog = new CopyOnWriteArrayList<>();
    Logger openTelemetry = Logger.getLogger("io.opentelemetry");
    Handler handler =
        new StreamHandler(OutputStream.nullOutputStream(), new SimpleFormatter()) {
          @Override
          public void publish(LogRecord line) {
            ownLog.add(line.getLoggerName() + ": " + line.getMessage());
          }
        };
    openTelemetry.addHandler(handler);
    try (Metrics metrics = new Metrics();
        OtlpMetrics sender =
            new OtlpMetrics(
                new Collector(URI.create("http://127.0.0.1:" + port), "node", "0"),
                metrics::snapshots,
                Duration.ofMillis(50))) {
      String trouble = Await.value("trouble", BOUND, sender::trouble);
      assertTrue(
          trouble.startsWith(
              "metrics are lost, since http://127.0.0.1:" + port + " does not take them: "),
          trouble);
      try (OtlpCollector back = OtlpCollector.startOn(port)) {
        Await.until("the end of the trouble", BOUND, () -> sender.trouble().isEmpty());
        Await.until(
            "two rounds",
            BOUND,
            () ->
                back.metrics().stream()
                        .filter(metric -> metric.getName().equals("process_uptime_seconds"))
                        .count()
                    >= 2);
      }
      assertEquals(List.of(), ownLog, "OpenTelemetry repeats what the condition tells");
    } finally {
      openTelemetry.removeHandler(handler);
    }
  }

  @Test
  void metricsThatCannotBeReadAreLoggedAndSentTheNextTime() throws IOException {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    ch.qos.logback.classic.Logger logger =
        (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(OtlpMetrics.class);
    logger.addAppender(log);
    AtomicBoolean isFirst = new AtomicBoolean(true);
    try (OtlpCollector collector = OtlpCollector.start();
        Metrics metrics = new Metrics();
        OtlpMetrics sender =
            new OtlpMetrics(
                new Collector(collector.url(), "node", "0"),
                () -> {
                  if (isFirst.getAndSet(false)) {
                    throw new IllegalStateException("in this test");
                  }
                  return metrics.snapshots();
                },
                Duration.ofMillis(50))) {
      Await.until("metrics", BOUND, () -> !collector.metrics().isEmpty());
      assertEquals(Optional.empty(), sender.trouble());
      assertEquals(1, log.list.size());
      assertEquals(ch.qos.logback.classic.Level.ERROR, log.list.get(0).getLevel());
    } finally {
      logger.detachAppender(log);
    }
  }

  private static AetherServer node(URI collector, Set<Signal> signals) {
    return AetherServer.start(
        ServerConfig.on(new ServerConfig.StoreChoice.Memory())
            .withOtlp(new ServerConfig.Otlp(collector, signals, 1)));
  }

  private static void save(AetherServer node, int saves) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", node.grpcAddress().getPort())
            .usePlaintext()
            .build();
    try {
      for (int i = 0; i < saves; i++) {
        var unused =
            EventStoreGrpc.newBlockingStub(channel)
                .saveEvents(
                    SaveEventsRequest.newBuilder()
                        .setActorId("a")
                        .setExpectedVersion(i)
                        .addEvents(NewEvent.newBuilder().setEventType("E"))
                        .build());
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private static String metrics(AetherServer node) {
    return HttpText.get(
        HttpClient.newHttpClient(),
        URI.create("http://127.0.0.1:" + node.httpAddress().orElseThrow().getPort() + "/metrics"));
  }

  private static Set<String> names(String text) {
    return text.lines()
        .filter(line -> line.startsWith(TYPE))
        .map(line -> line.substring(TYPE.length(), line.indexOf(' ', TYPE.length())))
        .map(name -> name.endsWith("_total") ? name.substring(0, name.length() - 6) : name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Metric last(OtlpCollector collector, String name) {
    List<Metric> all =
        collector.metrics().stream().filter(metric -> metric.getName().equals(name)).toList();
    return all.get(all.size() - 1);
  }

  private static Map<String, String> labels(List<KeyValue> attributes) {
    return attributes.stream()
        .collect(Collectors.toMap(KeyValue::getKey, each -> each.getValue().getStringValue()));
  }
}
