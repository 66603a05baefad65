package dev.aether.server.otlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.common.io.BaseEncoding;
import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.metrics.Metrics;
import dev.aether.server.ops.Conditions;
import dev.aether.server.security.SecurityConfig;
import dev.aether.server.security.Tokens;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.OtlpCollector;
import dev.aether.server.testing.RawHttp2;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.NewEvent;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.SubscribeResponse;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.slf4j.LoggerFactory;

/** A node with {@code --otlp}, called as any language calls it, and a real collector. */
class OtlpTracesTest {
  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER = "00f067aa0ba902b7";
  private static final String SAVE = "aether.v1.EventStore/SaveEvents";

  /** A node in memory that sends its traces to a collector, and a client of it. */
  private static final class TracedNode implements AutoCloseable {
    private final AetherServer server;
    private final ManagedChannel channel;

    TracedNode(URI collector, double ratio) {
      this(new ServerConfig.StoreChoice.Memory(), "traced", collector, ratio);
    }

    TracedNode(ServerConfig.StoreChoice store, String name, URI collector, double ratio) {
      server =
          AetherServer.start(
              ServerConfig.on(store)
                  .withNodeId(name)
                  .withOtlp(
                      new ServerConfig.Otlp(
                          collector, Set.of(ServerConfig.Otlp.Signal.TRACES), ratio)));
      channel =
          ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcAddress().getPort())
              .usePlaintext()
              .disableRetry()
              .build();
    }

    EventStoreGrpc.EventStoreBlockingStub store(String traceparent) {
      Metadata headers = new Metadata();
      headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), traceparent);
      return store().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    EventStoreGrpc.EventStoreBlockingStub store() {
      return EventStoreGrpc.newBlockingStub(channel);
    }

    List<Map<String, String>> metadata(String actor) {
      Iterator<dev.aether.v1.GetEventsResponse> frames =
          store().getEvents(GetEventsRequest.newBuilder().setActorId(actor).build());
      return frames.hasNext()
          ? frames.next().getEventsList().stream().map(event -> event.getMetadataMap()).toList()
          : List.of();
    }

    @Override
    public void close() {
      channel.shutdownNow();
      server.close();
    }
  }

  private static SaveEventsRequest save(String actor, long expected) {
    return SaveEventsRequest.newBuilder()
        .setActorId(actor)
        .setExpectedVersion(expected)
        .addEvents(NewEvent.newBuilder().setEventType("E"))
        .build();
  }

  private static String traceparent(boolean isSampled) {
    return "00-" + TRACE + "-" + CALLER + (isSampled ? "-01" : "-00");
  }

  private static String hex(ByteString id) {
    return BaseEncoding.base16().lowerCase().encode(id.toByteArray());
  }

  private static Map<String, String> text(List<KeyValue> attributes) {
    return attributes.stream()
        .collect(
            Collectors.toMap(
                KeyValue::getKey,
                each ->
                    each.getValue().hasStringValue()
                        ? each.getValue().getStringValue()
                        : String.valueOf(each.getValue().getIntValue())));
  }

  /** Their calls are over before they learn that nobody knows them. */
  @Test
  void strangersWhoResetTheirCallsHaveNoSpans(@TempDir Path folder) throws IOException {
    String token = Tokens.random();
    Path tokens = Files.writeString(folder.resolve("tokens"), Tokens.line("known", token) + "\n");
    Path policy = Files.writeString(folder.resolve("policy"), "token:known > all\n");
    SecurityConfig security =
        new SecurityConfig(
            Optional.empty(), Optional.of(tokens), Optional.empty(), Optional.of(policy));
    try (OtlpCollector collector = OtlpCollector.start();
        AetherServer node =
            AetherServer.start(
                ServerConfig.on(new ServerConfig.StoreChoice.Memory())
                    .withSecurity(security)
                    .withOtlp(
                        new ServerConfig.Otlp(
                            collector.url(), Set.of(ServerConfig.Otlp.Signal.TRACES), 0)));
        RawHttp2 stranger = RawHttp2.begin(node.grpcAddress(), "127.0.0.1");
        RawHttp2 known = RawHttp2.begin(node.grpcAddress(), "127.0.0.1")) {
      for (int call = 1; call < 20; call += 2) {
        stranger.send(reset(call, "traceparent", traceparent(true)));
      }
      assertTrue(stranger.isServed());
      known.send(reset(1, "traceparent", traceparent(true), "authorization", "Bearer " + token));

      Span span = collector.await(each -> true);
      assertEquals(SAVE, span.getName());
      assertTrue(known.isServed());
      node.close();
      assertEquals(1, collector.spans().size(), () -> collector.spans().toString());
    }
  }

  /** A call and its end in one packet. */
  private static byte[] reset(int call, String... headers) {
    byte[] block = RawHttp2.call(SAVE, headers);
    byte[] begin =
        RawHttp2.frame(block.length, RawHttp2.HEADERS, RawHttp2.END_HEADERS, call, block);
    byte[] end =
        RawHttp2.frame(4, RawHttp2.RST_STREAM, 0, call, (byte) 0, (byte) 0, (byte) 0, (byte) 8);
    return ByteBuffer.allocate(begin.length + end.length).put(begin).put(end).array();
  }

  @Test
  void theSpanOfACallContinuesTheTraceOfItsCaller() throws IOException {
    try (OtlpCollector collector = OtlpCollector.start();
        TracedNode node = new TracedNode(collector.url(), 1)) {
      var unused = node.store(traceparent(true)).saveEvents(save("continued", 0));

      Span span = collector.await(each -> each.getName().equals(SAVE));
      assertEquals(TRACE, hex(span.getTraceId()));
      assertEquals(CALLER, hex(span.getParentSpanId()));
      assertEquals(Span.SpanKind.SPAN_KIND_SERVER, span.getKind());
      assertEquals(
          Map.of(
              "rpc.system", "grpc",
              "rpc.service", "aether.v1.EventStore",
              "rpc.method", "SaveEvents",
              "rpc.grpc.status_code", "0",
              "aether.namespace", "default",
              "aether.events", "1",
              "aether.replayed", "false"),
          text(span.getAttributesList()));
      Map<String, String> resource =
          text(collector.received().get(0).getResource().getAttributesList());
      assertEquals("aether", resource.get("service.name"));
      assertEquals("traced", resource.get("service.instance.id"));
      // Later readers link to the writer's own span, not to a span of the node.
      assertEquals(List.of(Map.of("traceparent", traceparent(true))), node.metadata("continued"));
    }
  }

  @Test
  void aSubscriberOfAnotherNodeCanLinkToTheWriterWhoseTraceHasTheSaveAndItsPublish()
      throws IOException {
    try (TestNatsServer nats = TestNatsServer.start();
        OtlpCollector collector = OtlpCollector.start()) {
      ServerConfig.StoreChoice store =
          new ServerConfig.StoreChoice.Nats(List.of(nats.url()), BOUND);
      try (TracedNode a = new TracedNode(store, "node-a", collector.url(), 0);
          TracedNode b = new TracedNode(store, "node-b", collector.url(), 0);
          Context.CancellableContext call = Context.current().withCancellation()) {
        var unused = a.store(traceparent(true)).saveEvents(save("followed", 0));
        call.run(() -> assertEquals(traceparent(true), firstTraceparent(b)));

        Span save = collector.await(each -> each.getName().equals(SAVE));
        Span publish = collector.await(each -> each.getName().equals("publish"));
        assertEquals(CALLER, hex(save.getParentSpanId()));
        assertEquals(TRACE, hex(publish.getTraceId()));
        assertEquals(save.getSpanId(), publish.getParentSpanId());
        assertEquals(Span.SpanKind.SPAN_KIND_CLIENT, publish.getKind());
        assertEquals("nats", text(publish.getAttributesList()).get("messaging.system"));
        assertTrue(publish.getEndTimeUnixNano() <= save.getEndTimeUnixNano());
        assertEquals(
            "node-a",
            text(collector.received().get(0).getResource().getAttributesList())
                .get("service.instance.id"));
      }
    }
  }

  /** The traceparent of the first event that a subscriber gets. */
  private static String firstTraceparent(TracedNode node) {
    Iterator<SubscribeResponse> frames =
        EventBusGrpc.newBlockingStub(node.channel)
            .withDeadlineAfter(BOUND.toSeconds(), TimeUnit.SECONDS)
            .subscribe(
                SubscribeRequest.newBuilder().setBeginning(Empty.getDefaultInstance()).build());
    while (true) {
      SubscribeResponse frame = frames.next();
      if (frame.hasEvents()) {
        return frame
            .getEvents()
            .getCommits(0)
            .getCommit()
            .getEvents(0)
            .getMetadataOrDefault("traceparent", "none");
      }
    }
  }

  @Test
  void aSaveWithoutATraceBeginsOneAndStoresIt() throws IOException {
    try (OtlpCollector collector = OtlpCollector.start();
        TracedNode node = new TracedNode(collector.url(), 1)) {
      var unused = node.store().saveEvents(save("begun", 0));

      Span span = collector.await(each -> each.getName().equals(SAVE));
      assertTrue(span.getParentSpanId().isEmpty());
      // One of the flags says that it is sampled, another that its id is random.
      assertEquals(
          List.of(
              Map.of(
                  "traceparent",
                  "00-%s-%s-%02x"
                      .formatted(
                          hex(span.getTraceId()), hex(span.getSpanId()), span.getFlags() & 0xff))),
          node.metadata("begun"));
      assertEquals(1, span.getFlags() & 1);
    }
  }

  @Test
  void theCallerDecidesWhetherItsTraceIsRecordedAndTheRatioAboutAllOthers() throws IOException {
    try (OtlpCollector collector = OtlpCollector.start();
        TracedNode node = new TracedNode(collector.url(), 0)) {
      var unused = node.store().saveEvents(save("quiet", 0));
      unused = node.store(traceparent(false)).saveEvents(save("quiet", 1));
      unused = node.store(traceparent(true)).saveEvents(save("loud", 0));

      collector.await(each -> each.getName().equals(SAVE));
      assertEquals(
          List.of(Map.of(), Map.of("traceparent", traceparent(false))), node.metadata("quiet"));
      node.server.close();
      assertEquals(1, collector.spans().size(), () -> "" + collector.spans());
    }
  }

  @Test
  void aCallThatIsRefusedEndsItsSpanWithTheStatus() throws IOException {
    try (OtlpCollector collector = OtlpCollector.start();
        TracedNode node = new TracedNode(collector.url(), 1)) {
      assertThrows(StatusRuntimeException.class, () -> node.store().saveEvents(save("refused", 7)));
      assertThrows(
          StatusRuntimeException.class,
          () -> node.store().saveEvents(SaveEventsRequest.getDefaultInstance()));

      Span conflict =
          collector.await(
              each -> "10".equals(text(each.getAttributesList()).get("rpc.grpc.status_code")));
      assertEquals("VERSION_CONFLICT", text(conflict.getAttributesList()).get("error.type"));
      // The caller's mistake, not the node's.
      assertEquals(Status.StatusCode.STATUS_CODE_UNSET, conflict.getStatus().getCode());
      Span invalid =
          collector.await(
              each -> "3".equals(text(each.getAttributesList()).get("rpc.grpc.status_code")));
      assertEquals("INVALID_REQUEST", text(invalid.getAttributesList()).get("error.type"));
    }
  }

  @Test
  void aSubscriptionIsOneSpanThatEndsWhenTheSubscriberLeaves() throws IOException {
    try (OtlpCollector collector = OtlpCollector.start();
        TracedNode node = new TracedNode(collector.url(), 1);
        Context.CancellableContext call = Context.current().withCancellation()) {
      call.run(
          () -> {
            Iterator<SubscribeResponse> frames =
                EventBusGrpc.newBlockingStub(node.channel)
                    .subscribe(
                        SubscribeRequest.newBuilder()
                            .setBeginning(Empty.getDefaultInstance())
                            .build());
            assertTrue(frames.hasNext());
          });
      call.cancel(null);

      Span span = collector.await(each -> each.getName().equals("aether.v1.EventBus/Subscribe"));
      assertEquals("1", text(span.getAttributesList()).get("rpc.grpc.status_code"));
    }
  }

  @Test
  void probesAreNotTraced() throws IOException {
    try (OtlpCollector collector = OtlpCollector.start()) {
      try (TracedNode node = new TracedNode(collector.url(), 1)) {
        var unused =
            HealthGrpc.newBlockingStub(node.channel).check(HealthCheckRequest.getDefaultInstance());
        var alsoUnused =
            node.store()
                .getLatestVersion(GetLatestVersionRequest.newBuilder().setActorId("x").build());
      }
      assertEquals(
          List.of("aether.v1.EventStore/GetLatestVersion"),
          collector.spans().stream().map(Span::getName).toList());
    }
  }

  @Test
  void aNodeThatStopsSendsWhatItHasRecorded() throws IOException {
    try (OtlpCollector collector = OtlpCollector.start()) {
      try (TracedNode node = new TracedNode(collector.url(), 1)) {
        for (int i = 0; i < 600; i++) {
          var unused = node.store().saveEvents(save("drained", i));
        }
      }
      assertEquals(600, collector.spans().size());
    }
  }

  @Test
  @ResourceLock("log of traces")
  void aCollectorThatIsAwayIsLoggedWhenItGoesAndWhenItComesBack() throws IOException {
    int port;
    try (OtlpCollector gone = OtlpCollector.start()) {
      port = gone.url().getPort();
    }
    try (LogOf log = new LogOf(Conditions.class);
        TracedNode node = new TracedNode(URI.create("http://127.0.0.1:" + port), 1)) {
      var unused = node.store().saveEvents(save("unheard", 0));
      log.await(lost(port));
      unused = node.store().saveEvents(save("unheard", 1));
      try (OtlpCollector back = OtlpCollector.startOn(port)) {
        AtomicLong version = new AtomicLong(2);
        Await.until(
            "spans",
            BOUND,
            () -> {
              var alsoUnused = node.store().saveEvents(save("unheard", version.getAndIncrement()));
              return !back.spans().isEmpty();
            });
        log.await("no longer, after");
        // Nodes of other tests at the same time have other collectors.
        assertEquals(1, log.count(lost(port)));
      }
    }
  }

  private static String lost(int port) {
    return "the collector of --otlp does not get everything: traces are lost, since"
        + " http://127.0.0.1:"
        + port
        + " does not take them: ";
  }

  @Test
  void spansThatFindTheQueueFullAreCountedAndTold() throws IOException {
    Metrics metrics = new Metrics();
    try (metrics;
        OtlpCollector collector = OtlpCollector.startSilent();
        OtlpTraces traces =
            new OtlpTraces(
                new Collector(collector.url(), "node", "0"), 1, metrics.measures(), 10)) {
      for (int i = 0; i < 100; i++) {
        traces
            .begin("span " + i, dev.aether.server.measure.Span.Kind.SERVER, Optional.empty())
            .end(null);
      }
      assertTrue(metrics.text().contains("\naether_spans_lost_total 90.0\n"), metrics.text());
      assertEquals(
          Optional.of("traces are lost, since 10 spans wait to be sent"), traces.trouble());

      collector.answer();
      Await.until("the end of the trouble", BOUND, () -> traces.trouble().isEmpty());
      assertEquals(10, collector.spans().size());
      traces.begin("later", dev.aether.server.measure.Span.Kind.SERVER, Optional.empty()).end(null);
      Span unused = collector.await(span -> span.getName().equals("later"));
    }
  }

  @Test
  @ResourceLock("log of traces")
  void aCollectorThatDoesNotAnswerNeitherHoldsUpSavesNorTheEndOfTheNode() throws IOException {
    try (OtlpCollector silent = OtlpCollector.startSilent();
        LogOf log = new LogOf(Delivery.class)) {
      TracedNode node = new TracedNode(silent.url(), 1);
      for (int i = 0; i < 2000; i++) {
        var unused = node.store().saveEvents(save("unhindered", i));
      }
      node.close();
      assertEquals(1, log.count("the last traces may be lost: " + silent.url()));
    }
  }

  /** The log of a class, while a test runs. */
  private static final class LogOf implements AutoCloseable {
    private final Logger logger;
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    LogOf(Class<?> type) {
      logger = (Logger) LoggerFactory.getLogger(type);
      lines.list = new CopyOnWriteArrayList<>();
      lines.start();
      logger.setLevel(Level.INFO);
      logger.addAppender(lines);
    }

    void await(String begin) {
      Await.value(
          "the line " + begin, BOUND, () -> Optional.of(count(begin)).filter(count -> count > 0));
    }

    long count(String begin) {
      return lines.list.stream()
          .filter(line -> line.getFormattedMessage().startsWith(begin))
          .count();
    }

    @Override
    public void close() {
      logger.setLevel(null);
      logger.detachAppender(lines);
    }
  }
}
