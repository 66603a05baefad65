package dev.aether.server;

import dev.aether.server.ServerConfig.Otlp.Signal;
import dev.aether.server.bus.EventBus;
import dev.aether.server.codec.UuidV7;
import dev.aether.server.concurrent.EventLoops;
import dev.aether.server.concurrent.Ticker;
import dev.aether.server.console.Console;
import dev.aether.server.embedded.DiskSpace;
import dev.aether.server.embedded.NatsServerBinary;
import dev.aether.server.embedded.NatsServerProcess;
import dev.aether.server.event.Durability;
import dev.aether.server.event.GroupCommitThresholds;
import dev.aether.server.grpc.GrpcServer;
import dev.aether.server.measure.Measures;
import dev.aether.server.measure.Traces;
import dev.aether.server.metrics.Metrics;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.ops.Condition;
import dev.aether.server.ops.Conditions;
import dev.aether.server.ops.DiskWatch;
import dev.aether.server.ops.HealthRoutes;
import dev.aether.server.ops.HttpAnswer;
import dev.aether.server.ops.HttpEndpoint;
import dev.aether.server.ops.NodeWatch;
import dev.aether.server.ops.Route;
import dev.aether.server.ops.SaveCounts;
import dev.aether.server.otlp.Collector;
import dev.aether.server.otlp.OtlpMetrics;
import dev.aether.server.otlp.OtlpTraces;
import dev.aether.server.security.ClientTls;
import dev.aether.server.security.HeadersFile;
import dev.aether.server.security.OwnCertificate;
import dev.aether.server.security.Right;
import dev.aether.server.security.Security;
import dev.aether.server.security.Validity;
import dev.aether.server.store.Store;
import dev.aether.server.store.jetstream.JetStreamConfig;
import dev.aether.server.store.jetstream.JetStreamStore;
import dev.aether.server.store.memory.InMemoryStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running node. Creates and connects its parts, and closes them in reverse order. */
public final class AetherServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AetherServer.class);

  private static final String METRICS = "/metrics";
  private static final Duration HEALTH_EVERY = Duration.ofMillis(500);

  /** How long to wait for JetStream in a private nats-server, which is already running. */
  private static final Duration EMBEDDED_WAIT = Duration.ofSeconds(60);

  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final String nodeId;
  private final GrpcServer grpc;
  private final Optional<HttpEndpoint> http;
  private Optional<String> natsUrl = Optional.empty();

  /** That of the private nats-server. */
  private Optional<DiskSpace> disk = Optional.empty();

  private final Conditions conditions = new Conditions();
  private final List<Supplier<Optional<String>>> telemetry = new ArrayList<>();

  /**
   * Starts a node. Blocks until it is serving.
   *
   * @throws dev.aether.server.event.StoreException if the store cannot be used
   * @throws dev.aether.server.embedded.EmbeddedNatsException if the private nats-server cannot be
   *     run
   * @throws UncheckedIOException if it cannot listen on an address
   */
  public static AetherServer start(ServerConfig config) {
    return new AetherServer(config);
  }

  private AetherServer(ServerConfig config) {
    LOG.info(
        "starting Aether {} on Java {} ({})",
        version(),
        Runtime.version(),
        System.getProperty("java.vm.name"));
    nodeId = config.nodeId().orElseGet(() -> "aether-" + UuidV7.next().toString().substring(24));
    try {
      // First, so that a file that cannot be used is told before anything is started.
      Security security = keep(new Security(config.security(), config.clock()));
      Metrics metrics = keep(new Metrics());
      Measures measures = metrics.measures();
      conditions.measure(measures);
      List<OwnCertificate> certificates = certificates(config, security);
      measure(certificates, measures);
      Traces traces = config.otlp().map(otlp -> send(otlp, metrics)).orElse(Traces.NONE);
      // Ends after the store, whose saves on their way use it.
      EventLoops serving = keep(new EventLoops(EventLoops.DEFAULT_THREADS, "aether-grpc"));
      Store store = keep(store(config, measures));
      keep(new NamespaceSizes(store, measures));
      EventBus bus = keep(new EventBus(store, measures));
      grpc =
          keep(
              listen(
                  config.listen(),
                  () ->
                      new GrpcServer(
                          config.listen(),
                          store,
                          bus,
                          nodeId,
                          config.clock(),
                          security,
                          config.limits(),
                          serving,
                          measures,
                          traces)));
      // Kept a second time, to be closed first: the gRPC server waits for its calls, and
      // subscriptions never end by themselves.
      keep(bus);
      http =
          config
              .http()
              .map(
                  address ->
                      keep(
                          listen(
                              address,
                              () ->
                                  new HttpEndpoint(
                                      address,
                                      routes(config, store, bus, security, metrics),
                                      security))));
      watchHealth(config, store, certificates);
      LOG.info(
          "node {} is serving: gRPC on {}{}, store: {}",
          nodeId,
          text(grpc.address()),
          http.map(endpoint -> ", HTTP on " + text(endpoint.address())).orElse(""),
          store.description());
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private List<Route> routes(
      ServerConfig config, Store store, EventBus bus, Security security, Metrics metrics) {
    List<Route> routes =
        new ArrayList<>(
            HealthRoutes.of(
                conditions, config.notReadyWhenFull(), () -> shownDamage(store, security)));
    Route.Handler text =
        question ->
            HttpAnswer.of(
                200, Metrics.CONTENT_TYPE, metrics.text().getBytes(StandardCharsets.UTF_8));
    routes.add(
        config.openMetrics()
            ? Route.open(METRICS, text)
            : Route.forRight(METRICS, Right.MONITOR, text));
    routes.addAll(Console.routes(nodeId, version(), store, bus, grpc.conflicts(), conditions));
    return routes;
  }

  private static String text(InetSocketAddress address) {
    return address.getHostString() + ":" + address.getPort();
  }

  /** This version of Aether, as the manifest of its jar says. */
  public static String version() {
    return Optional.ofNullable(AetherServer.class.getPackage().getImplementationVersion())
        .orElse("(not from the jar)");
  }

  /** Anybody may ask for the health, and damaged records have actors. */
  private static List<String> shownDamage(Store store, Security security) {
    List<String> damage = store.damage();
    return damage.isEmpty() || security.rules().isEmpty()
        ? damage
        : List.of(damage.size() + " findings, see the log of this node");
  }

  private <T extends AutoCloseable> T keep(T part) {
    parts.push(part);
    return part;
  }

  /** Begins to send what was asked for; returns where spans are begun. */
  private Traces send(ServerConfig.Otlp otlp, Metrics metrics) {
    Collector collector =
        new Collector(
            otlp.collector(),
            nodeId,
            version(),
            otlp.headers().map(file -> new HeadersFile("headers for the collector", file)),
            otlp.authorities()
                .map(file -> new ClientTls("the collector", Optional.of(file), Optional.empty())));
    if (otlp.signals().contains(Signal.METRICS)) {
      OtlpMetrics sender = keep(new OtlpMetrics(collector, metrics::snapshots));
      telemetry.add(sender::trouble);
    }
    if (!otlp.signals().contains(Signal.TRACES)) {
      return Traces.NONE;
    }
    OtlpTraces traces = keep(new OtlpTraces(collector, otlp.traceRatio(), metrics.measures()));
    telemetry.add(traces::trouble);
    return traces;
  }

  /** All of them are asked, since each tells a trouble that is over only once more. */
  private Optional<String> telemetryTrouble() {
    return joined(telemetry.stream().map(Supplier::get));
  }

  private Store store(ServerConfig config, Measures measures) {
    ServerConfig.StoreChoice choice = config.store();
    if (choice instanceof ServerConfig.StoreChoice.Embedded embedded) {
      NatsServerBinary binary = NatsServerBinary.find(embedded.natsServer());
      NatsServerProcess nats = keep(NatsServerProcess.start(binary, embedded.data()));
      natsUrl = Optional.of(nats.url());
      disk = Optional.of(nats.space());
      measure(nats, measures);
      return jetStream(
          config,
          measures,
          List.of(nats.url()),
          EMBEDDED_WAIT,
          nats.stagesBatchesInMemory()
              ? config.groupCommit().stagedInMemory()
              : config.groupCommit(),
          nats::diskTrouble,
          nats::prepareBatch,
          Durability.Sync.ALWAYS,
          NatsAccess.BY_URL);
    }
    if (choice instanceof ServerConfig.StoreChoice.Nats nats) {
      warnUnlessSafe(nats.sync());
      return jetStream(
          config,
          measures,
          nats.urls(),
          nats.patience(),
          config.groupCommit(),
          Optional::empty,
          stream -> {},
          nats.sync(),
          nats.access());
    }
    if (choice instanceof ServerConfig.StoreChoice.Given given) {
      return given.store();
    }
    LOG.warn("the store is in memory: all data is lost when this process ends");
    return new InMemoryStore(config.autoCreate(), config.autoCreateLimit(), config.clock());
  }

  private static void measure(NatsServerProcess nats, Measures measures) {
    measures.total(
        "nats.server.restarts", "How often the private nats-server was restarted", nats::restarts);
    measures.gauge("disk.free.bytes", "Free space on the disk of --data", nats.space()::free);
    measures.gauge("disk.total.bytes", "Size of the disk of --data", nats.space()::total);
  }

  private static void warnUnlessSafe(Durability.Sync sync) {
    if (sync == Durability.Sync.UNKNOWN) {
      LOG.warn(
          "it is unknown whether these NATS servers sync commits to disk before they acknowledge them:"
              + " set sync_interval: always on each server, and start Aether with --nats-sync always"
              + " (docs/operations/install.md)");
    } else if (sync != Durability.Sync.ALWAYS) {
      LOG.warn(
          "these NATS servers acknowledge commits before they are synced to disk: a power failure may"
              + " lose some (docs/operations/install.md)");
    }
  }

  private Store jetStream(
      ServerConfig config,
      Measures measures,
      List<String> urls,
      Duration wait,
      GroupCommitThresholds groupCommit,
      Supplier<Optional<String>> disk,
      Consumer<String> beforeBatch,
      Durability.Sync sync,
      NatsAccess access) {
    return JetStreamStore.open(
        new JetStreamConfig(
            urls,
            nodeId,
            wait,
            config.replicas(),
            config.autoCreate(),
            config.autoCreateLimit(),
            groupCommit,
            disk,
            beforeBatch,
            sync,
            access),
        measures);
  }

  /** Creates a part that listens on an address. */
  private interface Listening<T> {
    T begin() throws IOException;
  }

  private static <T> T listen(InetSocketAddress address, Listening<T> part) {
    try {
      return part.begin();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + text(address), e);
    }
  }

  /** Those that the node presents, and that are read again when their files change. */
  private static List<OwnCertificate> certificates(ServerConfig config, Security security) {
    List<OwnCertificate> all = new ArrayList<>(security.certificate().stream().toList());
    if (config.store() instanceof ServerConfig.StoreChoice.Nats nats) {
      nats.access()
          .certificate()
          .ifPresent(
              certificate -> {
                // Otherwise it is read only when a connection is made.
                security.afterRefresh("read a changed certificate for NATS", certificate::refresh);
                all.add(certificate);
              });
    }
    return List.copyOf(all);
  }

  private static void measure(List<OwnCertificate> certificates, Measures measures) {
    for (OwnCertificate each : certificates) {
      measures.gauge(
          "certificate.expiration.timestamp.seconds",
          "When a certificate that this node presents expires, in seconds since 1970",
          () -> each.validity().until().getEpochSecond(),
          "certificate",
          each.validity().name().replaceFirst("^-+", ""));
    }
  }

  private static Optional<String> of(
      List<OwnCertificate> certificates, Function<Validity, Optional<String>> why) {
    return joined(certificates.stream().map(OwnCertificate::validity).map(why));
  }

  /** Joins the texts that there are; empty if there is none. */
  private static Optional<String> joined(Stream<Optional<String>> texts) {
    List<String> all = texts.flatMap(Optional::stream).toList();
    return all.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", all));
  }

  private void watchHealth(ServerConfig config, Store store, List<OwnCertificate> certificates) {
    NodeWatch watch =
        new NodeWatch(
            conditions,
            new NodeWatch.Node(
                store::outage,
                store::saveOutage,
                store::saveSilence,
                store::damage,
                () -> new SaveCounts(grpc.savesStored(), grpc.savesSlow()),
                this::telemetryTrouble,
                () -> of(certificates, each -> each.whySoon(config.clock().instant())),
                () -> of(certificates, each -> each.whyInvalid(config.clock().instant())),
                () -> disk.flatMap(each -> DiskWatch.whyLow(each.free(), each.total()))));
    Runnable look = () -> look(watch, config.notReadyWhenFull());
    look.run();
    keep(new Ticker("aether-health")).every(HEALTH_EVERY, "watch the store", look);
  }

  private void look(NodeWatch watch, boolean notReadyWhenFull) {
    watch.look();
    boolean reachable = !conditions.has(Condition.UNREACHABLE);
    boolean full = conditions.has(Condition.STORE_FULL);
    grpc.conditions(
        conditions.present().stream()
            .map(present -> present.condition().label() + ": " + present.why())
            .collect(Collectors.joining("; ")));
    grpc.intact(!conditions.has(Condition.DAMAGED));
    grpc.takingSaves(reachable && !full && !conditions.has(Condition.SAVES_FAIL));
    grpc.serving(reachable && !(full && notReadyWhenFull));
  }

  /** The address of the gRPC server. */
  public InetSocketAddress grpcAddress() {
    return grpc.address();
  }

  /** The address of the HTTP endpoint, if there is one. */
  public Optional<InetSocketAddress> httpAddress() {
    return http.map(HttpEndpoint::address);
  }

  /** The node's name. */
  public String nodeId() {
    return nodeId;
  }

  /**
   * The URL of the private nats-server, with its password, for a second node; empty if there is
   * none.
   */
  public Optional<String> natsUrl() {
    return natsUrl;
  }

  /** Waits until the node has been closed. */
  public void awaitTermination() throws InterruptedException {
    ended.await();
  }

  /**
   * Shuts the node down: refuses new calls, waits for the calls in progress, then closes the store.
   * Blocks for a limited time.
   */
  @Override
  public void close() {
    if (parts.isEmpty()) {
      return;
    }
    long begin = System.nanoTime();
    LOG.info("stopping: no new calls are accepted, calls in progress are completed");
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.warn("failed to close {}", part.getClass().getSimpleName(), e);
      }
    }
    LOG.info("stopped after {} ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    ended.countDown();
  }
}
