package dev.aether.client.opentelemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.io.BaseEncoding;
import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.Event;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.Saved;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionStart;
import dev.aether.client.VersionConflictException;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.embedded.NatsServerScript;
import dev.aether.testkit.TestAether;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AetherTelemetryTest {
  private static final long BOUND_SECONDS = 30;

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetrySdk sdk =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();
  private final AetherTelemetry telemetry = AetherTelemetry.of(sdk);

  /** Keeps the spans of the nodes. */
  private static final class Collector implements AutoCloseable {
    final List<io.opentelemetry.proto.trace.v1.Span> spans = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    Collector() throws IOException {
      server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
      server.createContext("/v1/traces", this::receive);
      server.start();
    }

    private void receive(HttpExchange exchange) throws IOException {
      try (exchange) {
        boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        ExportTraceServiceRequest.parseFrom(
                zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody())
            .getResourceSpansList()
            .forEach(
                resource ->
                    resource
                        .getScopeSpansList()
                        .forEach(scope -> spans.addAll(scope.getSpansList())));
        exchange.sendResponseHeaders(200, -1);
      }
    }

    ServerConfig.Otlp otlp() {
      return new ServerConfig.Otlp(
          URI.create("http://127.0.0.1:" + server.getAddress().getPort()),
          Set.of(ServerConfig.Otlp.Signal.TRACES),
          0);
    }

    io.opentelemetry.proto.trace.v1.Span named(String name) {
      return spans.stream().filter(span -> span.getName().equals(name)).findFirst().orElseThrow();
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  private AetherClient client(AetherServer node) {
    return AetherClient.builder()
        .endpoint("127.0.0.1:" + node.grpcAddress().getPort())
        .saveTracer(telemetry.saves())
        .build();
  }

  private static String hex(ByteString id) {
    return BaseEncoding.base16().lowerCase().encode(id.toByteArray());
  }

  private SpanData only(String name) {
    List<SpanData> named =
        spans.getFinishedSpanItems().stream().filter(span -> span.getName().equals(name)).toList();
    assertEquals(1, named.size(), () -> "" + spans.getFinishedSpanItems());
    return named.get(0);
  }

  /** A future may complete just before the span of its save has ended. */
  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, "a span did not end");
      Thread.onSpinWait();
    }
  }

  private static String traceId(Event event) {
    return Objects.requireNonNull(event.metadata().get("traceparent")).substring(3, 35);
  }

  private static NewEvent event() {
    return NewEvent.json("E", "{}");
  }

  @Test
  void aSubscriberOfOneNodeLinksToTheSaveOnAnotherWhoseTraceReachesJetStream(@TempDir Path data)
      throws Exception {
    try (Collector collector = new Collector()) {
      AetherServer a =
          AetherServer.start(
              ServerConfig.on(
                      new ServerConfig.StoreChoice.Embedded(
                          data, Optional.of(NatsServerScript.ask(Path.of("")))))
                  .withOtlp(collector.otlp()));
      AetherServer b =
          AetherServer.start(
              ServerConfig.on(
                      new ServerConfig.StoreChoice.Nats(
                          List.of(a.natsUrl().orElseThrow()), Duration.ofSeconds(BOUND_SECONDS)))
                  .withOtlp(collector.otlp()));
      CompletableFuture<String> current = new CompletableFuture<>();
      try (AetherClient writer = client(a);
          AetherClient reader = client(b)) {
        writer.save("order-1", ExpectedVersion.any(), event());
        Subscription subscription =
            reader.subscribe(
                SubscribeOptions.builder(SubscriptionStart.beginning()).build(),
                telemetry.subscriptions(
                    new SubscriptionListener() {
                      @Override
                      public void onCommit(Commit commit) {
                        current.complete(Span.current().getSpanContext().getSpanId());
                      }

                      @Override
                      public void onError(AetherException error) {
                        current.completeExceptionally(error);
                      }
                    }));
        current.get(BOUND_SECONDS, TimeUnit.SECONDS);
        subscription.close();
      } finally {
        // A node sends its last spans before it has closed.
        b.close();
        a.close();
      }

      SpanData save = only("save");
      SpanData process = only("process");
      assertEquals(SpanKind.PRODUCER, save.getKind());
      assertEquals(SpanKind.CONSUMER, process.getKind());
      assertEquals(current.join(), process.getSpanId());
      LinkData link = process.getLinks().get(0);
      assertEquals(save.getTraceId(), link.getSpanContext().getTraceId());
      assertEquals(save.getSpanId(), link.getSpanContext().getSpanId());
      var call = collector.named("aether.v1.EventStore/SaveEvents");
      assertEquals(save.getTraceId(), hex(call.getTraceId()));
      assertEquals(save.getSpanId(), hex(call.getParentSpanId()));
      var publish = collector.named("publish");
      assertEquals(save.getTraceId(), hex(publish.getTraceId()));
      assertEquals(call.getSpanId(), publish.getParentSpanId());
    }
  }

  @Test
  void savesAtTheSameTimeAndOfStreamsHaveTracesOfTheirOwn() {
    try (TestAether aether = TestAether.inMemory();
        AetherClient client = aether.clientBuilder().saveTracer(telemetry.saves()).build()) {
      List<CompletableFuture<Saved>> saves = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        saves.add(client.async().save("actor-" + i, ExpectedVersion.any(), event()));
      }
      saves.forEach(CompletableFuture::join);
      Set<String> stored = new HashSet<>();
      for (int i = 0; i < 50; i++) {
        client.events("actor-" + i).forEach(event -> stored.add(traceId(event)));
      }
      assertEquals(50, stored.size());
      await(() -> spans.getFinishedSpanItems().size() == 50);
      assertEquals(
          stored,
          spans.getFinishedSpanItems().stream()
              .map(SpanData::getTraceId)
              .collect(Collectors.toSet()));
    }
  }

  @Test
  void aSaveThatIsSentAgainInAnotherTraceIsTheSameSave() {
    try (TestAether aether = TestAether.inMemory();
        AetherClient client = aether.clientBuilder().saveTracer(telemetry.saves()).build()) {
      SaveCommand command =
          SaveCommand.builder("again", ExpectedVersion.any())
              .event(event())
              .commitId("once")
              .retry(true)
              .build();
      Saved first = client.save(command);
      assertEquals(first.position(), client.save(command).position());
      assertEquals(1, client.latestVersion("again"));
    }
  }

  @Test
  void aSaveThatIsRefusedEndsItsSpanWithTheReason() {
    try (TestAether aether = TestAether.inMemory();
        AetherClient client = aether.clientBuilder().saveTracer(telemetry.saves()).build()) {
      client.save("refused", ExpectedVersion.any(), event());
      await(() -> !spans.getFinishedSpanItems().isEmpty());
      spans.reset();
      assertThrows(
          VersionConflictException.class,
          () -> client.save("refused", ExpectedVersion.exactly(7), event()));
      await(() -> !spans.getFinishedSpanItems().isEmpty());
      assertEquals(
          "VERSION_CONFLICT",
          only("save").getAttributes().get(AttributeKey.stringKey("error.type")));
    }
  }

  @Test
  void aTracerThatThrowsDoesNotDisturbASave() {
    try (TestAether aether = TestAether.inMemory();
        AetherClient client =
            aether
                .clientBuilder()
                .saveTracer(
                    (command, namespace) -> {
                      throw new IllegalStateException("broken");
                    })
                .build()) {
      assertEquals(1, client.save("calm", ExpectedVersion.any(), event()).lastVersion());
    }
  }
}
