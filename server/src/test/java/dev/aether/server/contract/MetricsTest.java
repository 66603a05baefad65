package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.HttpText;
import dev.aether.server.testing.OtlpCollector;
import dev.aether.server.testing.TestNatsBinary;
import dev.aether.v1.CreateNamespaceRequest;
import dev.aether.v1.CreateNamespaceResponse;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.NamespaceConfig;
import dev.aether.v1.NamespacesGrpc;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SaveEventsStreamResponse;
import dev.aether.v1.SubscribeResponse;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics of a node with a private nats-server, compared with what was done. */
final class MetricsTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Path DOCUMENT = Path.of("../docs/operations/observe.md");
  private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\| `(aether_[a-z_]+)");
  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^(aether_[a-z_]+(?:\\{[^}]*})?) ([-+.0-9eE]+|NaN|\\+Inf)$");
  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (aether_[a-z_]+) (\\w+)$");

  @Test
  void theMetricsSayWhatWasDoneAndAreThoseOfTheDocumentation(@TempDir Path folder)
      throws Exception {
    try (OtlpCollector collector = OtlpCollector.start();
        AetherServer server =
            AetherServer.start(
                ServerConfig.on(
                        new StoreChoice.Embedded(folder, Optional.of(TestNatsBinary.get().path())))
                    .withOtlp(
                        new ServerConfig.Otlp(
                            collector.url(), Set.of(ServerConfig.Otlp.Signal.TRACES), 0)))) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(server.grpcAddress()).usePlaintext().build();
      try {
        check(channel, server.httpAddress().orElseThrow());
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static void check(ManagedChannel channel, InetSocketAddress http) throws Exception {
    EventStoreGrpc.EventStoreBlockingStub store = EventStoreGrpc.newBlockingStub(channel);
    CreateNamespaceResponse limited =
        NamespacesGrpc.newBlockingStub(channel)
            .createNamespace(
                CreateNamespaceRequest.newBuilder()
                    .setNamespace("limited")
                    .setConfig(NamespaceConfig.newBuilder().setMaxBytes(1 << 20))
                    .build());
    assertEquals(1 << 20, limited.getNamespace().getConfig().getMaxBytes());
    SaveEventsRequest first = Requests.saveAt("orders", "a", 0).build();
    SaveEventsResponse unused = store.saveEvents(first);
    unused = store.saveEvents(Requests.saveAt("orders", "a", 1).build());
    unused = store.saveEvents(Requests.saveAt("orders", "b", 0).build());
    unused = store.saveEvents(first);
    assertThrows(
        StatusRuntimeException.class,
        () -> store.saveEvents(Requests.saveAt("orders", "a", 0).build()));
    assertThrows(
        StatusRuntimeException.class,
        () -> store.saveEvents(Requests.saveAt("orders", "", 0).build()));
    streamed(channel, 5);
    assertEquals(
        2,
        store
            .getLatestVersion(
                GetLatestVersionRequest.newBuilder().setNamespace("orders").setActorId("a").build())
            .getVersion());
    Map<String, Double> metrics;
    try (CancellableContext subscription = Context.current().withCancellation()) {
      subscription.run(
          () -> {
            Iterator<SubscribeResponse> frames =
                EventBusGrpc.newBlockingStub(channel)
                    .subscribe(Requests.fromBeginning("orders").build());
            assertTrue(frames.hasNext());
          });
      unused = store.saveEvents(Requests.saveAt("orders", "b", 1).build());
      metrics =
          Await.value(
              "the commit in the ring and at the subscriber",
              SOON,
              () ->
                  Optional.of(values(scrape(http)))
                      .filter(now -> value(now, "aether_limit_used{limit=\"ring_bytes\"}") > 0)
                      .filter(now -> value(now, "aether_subscription_lag_max_commits") == 0));
      assertEquals(1, value(metrics, "aether_subscriptions"));
      assertEquals(1, value(metrics, "aether_limit_used{limit=\"subscriptions\"}"));
    }
    assertEquals(9, saves(metrics, "stored", ""));
    assertEquals(1, saves(metrics, "repeated", ""));
    assertEquals(1, saves(metrics, "refused", "VERSION_CONFLICT"));
    assertEquals(1, saves(metrics, "refused", "INVALID_REQUEST"));
    assertEquals(0, saves(metrics, "unknown", "OUTCOME_UNKNOWN"));
    assertEquals(0, saves(metrics, "failed", ""));
    assertEquals(10, value(metrics, "aether_save_duration_seconds_count"));
    assertEquals(5, rpcs(metrics, "SaveEvents", "OK"));
    assertEquals(1, rpcs(metrics, "SaveEvents", "ABORTED"));
    assertEquals(1, rpcs(metrics, "SaveEvents", "INVALID_ARGUMENT"));
    assertEquals(1, rpcs(metrics, "SaveEventsStream", "OK"));
    assertEquals(1, rpcs(metrics, "GetLatestVersion", "OK"));
    assertEquals(
        7,
        value(metrics, "aether_rpc_duration_seconds_count{method=\"" + rpc("SaveEvents") + "\"}"));
    double published =
        value(metrics, "aether_jetstream_duration_seconds_count{request=\"publish\"}")
            + value(metrics, "aether_batch_commits_sum");
    assertTrue(published >= 9, () -> "commits and records published: " + published);
    assertEquals(2, value(metrics, "aether_namespaces"));
    assertEquals(4, value(metrics, "aether_nats_connections"));
    assertEquals(0, value(metrics, "aether_nats_server_restarts_total"));
    assertEquals(0, value(metrics, "aether_subscription_lag_max_commits"));
    assertEquals(1, value(metrics, "aether_limit_used{limit=\"connections\"}"));
    assertEquals(10_000, value(metrics, "aether_limit_max{limit=\"connections\"}"));
    assertEquals(0, value(metrics, "aether_limit_used{limit=\"saves\"}"));
    // "a", "b" and the actor of the stream.
    assertEquals(3, value(metrics, "aether_limit_used{limit=\"cached_actors\"}"));
    assertTrue(value(metrics, "aether_version_cache_total{result=\"hit\"}") >= 1);
    assertEquals(0, value(metrics, "aether_condition{condition=\"unreachable\"}"));
    assertEquals(0, value(metrics, "aether_condition{condition=\"store_full\"}"));
    assertTrue(value(metrics, "aether_disk_free_bytes") > 0);
    assertTrue(
        value(metrics, "aether_disk_total_bytes") > value(metrics, "aether_disk_free_bytes"));
    Await.until(
        "the sizes of both namespaces",
        SOON,
        () -> {
          Set<String> shown = values(scrape(http)).keySet();
          return shown.contains("aether_namespace_bytes{namespace=\"orders\"}")
              && shown.contains("aether_namespace_max_bytes{namespace=\"limited\"}");
        });
    metrics = values(scrape(http));
    assertTrue(value(metrics, "aether_namespace_bytes{namespace=\"orders\"}") > 500);
    assertEquals(1 << 20, value(metrics, "aether_namespace_max_bytes{namespace=\"limited\"}"));
    assertEquals(documented(), names(scrape(http)));
    AtomicLong version = new AtomicLong(2);
    Await.until(
        "a connection of the thread that serves the client",
        SOON,
        () -> {
          SaveEventsResponse saved =
              store.saveEvents(Requests.saveAt("orders", "a", version.get()).build());
          version.set(saved.getLastVersion());
          return value(values(scrape(http)), "aether_nats_publishing_threads") == 1;
        });
    Await.until(
        "the end of the subscription",
        SOON,
        () -> value(values(scrape(http)), "aether_subscriptions") == 0);
  }

  private static void streamed(ManagedChannel channel, int saves) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    StreamObserver<SaveEventsRequest> requests =
        EventStoreGrpc.newStub(channel)
            .saveEventsStream(
                new StreamObserver<>() {
                  @Override
                  public void onNext(SaveEventsStreamResponse answer) {}

                  @Override
                  public void onError(Throwable broken) {}

                  @Override
                  public void onCompleted() {
                    ended.countDown();
                  }
                });
    for (int i = 0; i < saves; i++) {
      requests.onNext(Requests.saveAt("orders", "streamed", i).build());
    }
    requests.onCompleted();
    assertTrue(ended.await(SOON.toSeconds(), TimeUnit.SECONDS));
  }

  private static double saves(Map<String, Double> metrics, String outcome, String why) {
    return value(metrics, "aether_saves_total{outcome=\"" + outcome + "\",reason=\"" + why + "\"}");
  }

  private static double rpcs(Map<String, Double> metrics, String method, String code) {
    return value(
        metrics, "aether_rpcs_total{code=\"" + code + "\",method=\"" + rpc(method) + "\"}");
  }

  private static String rpc(String method) {
    return EventStoreGrpc.SERVICE_NAME + "/" + method;
  }

  private static String scrape(InetSocketAddress http) {
    return HttpText.get(
        HttpClient.newHttpClient(), URI.create("http://127.0.0.1:" + http.getPort() + "/metrics"));
  }

  private static double value(Map<String, Double> metrics, String name) {
    return Objects.requireNonNull(metrics.get(name), name);
  }

  private static Map<String, Double> values(String text) {
    Map<String, Double> values = new TreeMap<>();
    Matcher samples = SAMPLE.matcher(text);
    while (samples.find()) {
      values.put(samples.group(1), Double.valueOf(samples.group(2)));
    }
    return values;
  }

  /** The names of metrics; each histogram has a gauge of the latest maximum beside it. */
  private static Set<String> names(String text) {
    Set<String> names = new TreeSet<>();
    List<String> histograms =
        TYPE.matcher(text)
            .results()
            .filter(type -> type.group(2).equals("histogram"))
            .map(type -> type.group(1) + "_max")
            .collect(Collectors.toList());
    TYPE.matcher(text).results().map(type -> type.group(1)).forEach(names::add);
    histograms.forEach(names::remove);
    return names;
  }

  /** Those of the table, except for the ones of which nothing happened here. */
  private static Set<String> documented() throws IOException {
    Set<String> names =
        DOCUMENTED
            .matcher(Files.readString(DOCUMENT))
            .results()
            .map(row -> row.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    names.remove("aether_subscription_lag_commits");
    // This node has no certificate; CertificateExpiryTest reads it from one that has.
    names.remove("aether_certificate_expiration_timestamp_seconds");
    return names;
  }
}
