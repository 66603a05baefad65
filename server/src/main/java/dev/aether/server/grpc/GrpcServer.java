package dev.aether.server.grpc;

import dev.aether.server.bus.EventBus;
import dev.aether.server.concurrent.DeadlineScheduler;
import dev.aether.server.concurrent.EventLoops;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.ConflictCounts;
import dev.aether.server.grpc.access.AccessControl;
import dev.aether.server.grpc.access.CancellableCalls;
import dev.aether.server.grpc.limits.AdmissionControl;
import dev.aether.server.grpc.limits.ConnectionGate;
import dev.aether.server.grpc.limits.ConnectionUsage;
import dev.aether.server.grpc.limits.NodeLimits;
import dev.aether.server.grpc.limits.RefusedCalls;
import dev.aether.server.grpc.limits.UnfinishedRequests;
import dev.aether.server.grpc.requests.EventDefaults;
import dev.aether.server.grpc.saves.PreviousAttempts;
import dev.aether.server.measure.Measures;
import dev.aether.server.measure.Traces;
import dev.aether.server.security.ClientLimits;
import dev.aether.server.security.Security;
import dev.aether.server.store.Store;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NamespacesGrpc;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.X509ExtendedKeyManager;

/** The gRPC server, which serves all services on one port. */
public final class GrpcServer implements AutoCloseable {
  /**
   * Far above any legal request, so that a request that is too large gets an error with a reason.
   * Above this, gRPC itself cancels the call, which may be a stream of saves.
   */
  private static final int MAX_REQUEST_BYTES = 16 * 1024 * 1024;

  private static final Duration KEEPALIVE = Duration.ofSeconds(30);
  private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(10);

  private static final String[] TLS_VERSIONS = {"TLSv1.3", "TLSv1.2"};

  private static final Duration CALLS_END_WITHIN = Duration.ofSeconds(10);

  /** Time for the health service's watchers to receive the last status. */
  private static final Duration LAST_WORDS = Duration.ofMillis(250);

  /**
   * The name under which the health service reports whether the store has lost or damaged records.
   */
  private static final String INTEGRITY = "aether.integrity";

  private static final List<String> SERVICES =
      List.of(
          HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
          EventStoreGrpc.SERVICE_NAME,
          EventBusGrpc.SERVICE_NAME,
          NamespacesGrpc.SERVICE_NAME);

  private final Timers timers = new Timers();
  private final Sockets sockets;
  private final Server server;

  /** The name under which the health service reports whether saves are accepted. */
  public static final String SAVES = EventStoreGrpc.SERVICE_NAME + "/SaveEvents";

  private final HealthStatusManager health = new HealthStatusManager();
  private final HealthConditions healthConditions = new HealthConditions();
  private final OpenCalls calls = new OpenCalls();
  private final ConflictCounts conflicts = new ConflictCounts();
  private final EventStoreService eventStore;

  /**
   * Starts to listen and serve.
   *
   * @param nodeId the name of this node, as subscribers see it
   * @param clock gives the time of events whose sender left it out
   * @param security the certificate, and who may do what
   * @param clients how much of this node they may use
   * @param serving the threads that serve connections; stay open
   * @throws IOException if the address cannot be listened on
   */
  public GrpcServer(
      InetSocketAddress listen,
      Store store,
      EventBus bus,
      String nodeId,
      InstantSource clock,
      Security security,
      ClientLimits clients,
      EventLoops serving)
      throws IOException {
    this(listen, store, bus, nodeId, clock, security, clients, serving, Measures.NONE, Traces.NONE);
  }

  /**
   * Starts to listen and serve, measures calls, saves and what is used of the limits, and records
   * traces.
   *
   * @param nodeId the name of this node, as subscribers see it
   * @param clock gives the time of events whose sender left it out
   * @param security the certificate, and who may do what
   * @param clients how much of this node they may use
   * @param serving the threads that serve connections; stay open
   * @throws IOException if the address cannot be listened on
   */
  public GrpcServer(
      InetSocketAddress listen,
      Store store,
      EventBus bus,
      String nodeId,
      InstantSource clock,
      Security security,
      ClientLimits clients,
      EventLoops serving,
      Measures measures,
      Traces traces)
      throws IOException {
    EventDefaults defaults = new EventDefaults(clock);
    eventStore = new EventStoreService(store, defaults, conflicts, measures, traces);
    NodeLimits limits = new NodeLimits(Runtime.getRuntime().maxMemory());
    limits.measure(measures);
    List<ServerServiceDefinition> services =
        List.of(
            MalformedRequests.refused(eventStore.bindWithEncodedFrames()),
            MalformedRequests.refused(
                new EventBusService(bus, store.namespaces().storeId(), nodeId, defaults)
                    .bindWithEncodedFrames()),
            Reflection.withErrorDetails(
                MalformedRequests.refused(
                    new NamespacesService(store.namespaces()).bindService())));
    List<ServerServiceDefinition> reflection =
        Reflection.services().stream()
            .map(BindableService::bindService)
            .map(MalformedRequests::refused)
            .toList();
    CallTraces callTraces = new CallTraces(traces, services);
    SmallRequests healthRequests = new SmallRequests(HealthGrpc.SERVICE_NAME);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(listen)
            // Nothing blocks these threads: every method hands its work to the store and returns.
            .directExecutor()
            .maxInboundMessageSize(MAX_REQUEST_BYTES)
            .keepAliveTime(KEEPALIVE.toSeconds(), TimeUnit.SECONDS)
            .keepAliveTimeout(KEEPALIVE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
            .flowControlWindow(NodeLimits.WINDOW_BYTES)
            .addTransportFilter(ConnectionUsage.each(limits, clients.connections().subscriptions()))
            .intercept(new PreviousAttempts())
            .intercept(calls)
            // Before the services, so that they never see a refused call.
            .intercept(new AdmissionControl(clients, new DeadlineScheduler(timers)))
            // After access control, so that it sees no call of a stranger.
            .intercept(callTraces)
            .addService(MalformedRequests.refused(eventStore.bindWithEncodedFrames()))
            .addService(
                MalformedRequests.refused(
                    new EventBusService(bus, store.namespaces().storeId(), nodeId, defaults)
                        .bindWithEncodedFrames()))
            .addService(
                Reflection.withErrorDetails(
                    MalformedRequests.refused(
                        new NamespacesService(store.namespaces()).bindService())))
            .addStreamTracerFactory(new UnfinishedRequests())
            // Anybody may call it, without credentials.
            .addStreamTracerFactory(healthRequests)
            .addService(
                ServerInterceptors.intercept(
                    MalformedRequests.refused(
                        SmallRequests.bounded(health.getHealthService().bindService())),
                    healthRequests,
                    healthConditions));
    reflection.forEach(builder::addService);
    secure(builder, security, Stream.concat(services.stream(), reflection.stream()).toList());
    limit(builder, clients.connections());
    builder.addStreamTracerFactory(new CallMeasures(measures, services));
    builder.addStreamTracerFactory(callTraces);
    ConnectionGate gate = new ConnectionGate(clients.connections());
    measures.limit("connections", gate::openConnections, clients.connections().open());
    builder.intercept(new RefusedCalls(gate));
    sockets = new Sockets(gate, serving);
    sockets.use(builder);
    try {
      server = builder.build().start();
    } catch (IOException | RuntimeException | Error e) {
      timers.close();
      sockets.close();
      throw e;
    }
  }

  private static void limit(NettyServerBuilder builder, ClientLimits.Connections limits) {
    builder
        .maxConcurrentCallsPerConnection(limits.calls())
        .maxInboundMetadataSize(limits.headerBytes())
        .permitKeepAliveTime(limits.pingInterval().toMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveWithoutCalls(true)
        .maxRstFramesPerWindow(
            limits.resets(), (int) ClientLimits.Connections.RESETS_WITHIN.toSeconds())
        .handshakeTimeout(limits.handshake().toMillis(), TimeUnit.MILLISECONDS);
    if (!limits.idle().isZero()) {
      builder.maxConnectionIdle(limits.idle().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private static void secure(
      NettyServerBuilder builder, Security security, List<ServerServiceDefinition> services)
      throws IOException {
    Optional<X509ExtendedKeyManager> keys = security.keys();
    if (keys.isPresent()) {
      SslContextBuilder tls = SslContextBuilder.forServer(keys.get()).protocols(TLS_VERSIONS);
      // Optional, so that a caller without a certificate gets an error with a reason.
      security
          .clients()
          .ifPresent(clients -> tls.trustManager(clients).clientAuth(ClientAuth.OPTIONAL));
      builder.sslContext(GrpcSslContexts.configure(tls).build());
    }
    security
        .rules()
        .ifPresent(
            rules -> {
              AccessControl access = new AccessControl(rules);
              security.afterRefresh("end calls that are no longer allowed", access::checkAgain);
              // Interceptors that are added later see a call earlier.
              builder.intercept(access);
              builder.addStreamTracerFactory(new CancellableCalls(services));
            });
  }

  /** The actors with the most version conflicts on this node. */
  public ConflictCounts conflicts() {
    return conflicts;
  }

  /** Saves that were stored, or had been stored before. */
  public long savesStored() {
    return eventStore.saveMeasures().stored();
  }

  /** Those of them that took longer than a second. */
  public long savesSlow() {
    return eventStore.saveMeasures().slow();
  }

  /** The address that it listens on. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.getListenSockets().get(0);
  }

  /**
   * Sets whether the health service reports {@link #SAVES} as serving. A full store refuses saves,
   * but all other calls are still served.
   */
  public void takingSaves(boolean taking) {
    health.setStatus(SAVES, taking ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /**
   * Sets whether the health service reports the services as serving, which depends on whether the
   * store can be reached.
   */
  public void serving(boolean serving) {
    ServingStatus status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    SERVICES.forEach(service -> health.setStatus(service, status));
  }

  /**
   * Sets whether the health service reports the store as intact: no lost or damaged record is
   * known.
   */
  public void intact(boolean intact) {
    health.setStatus(INTEGRITY, intact ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /**
   * Sets what is wrong with this node, as text for people, which the health service adds to its
   * answers; empty if nothing is.
   */
  public void conditions(String wrong) {
    healthConditions.set(wrong);
  }

  /**
   * Refuses new calls and waits for the calls in progress, for a limited time. Blocks meanwhile.
   */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
    eventStore.close();
    try {
      calls.awaitNone(CALLS_END_WITHIN);
      if (!server.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    timers.close();
    sockets.close();
  }
}
