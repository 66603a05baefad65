package dev.aether.server.grpc;

import dev.aether.server.bus.EventBus;
import dev.aether.server.store.Store;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NamespacesGrpc;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The gRPC server: all services on one port. */
public final class GrpcServer implements AutoCloseable {
  /**
   * Far above any legal request, so that what is too large is answered with its reason. Above this,
   * gRPC itself ends the call, and a stream of saves with it.
   */
  private static final int MAX_REQUEST_BYTES = 16 * 1024 * 1024;

  /** The bound of headers that clients and proxies commonly have; ours are at most 3 KiB. */
  private static final int MAX_HEADER_BYTES = 16 * 1024;

  /**
   * Calls that a connection may have open, as HTTP/2 says it to clients, which keep what is above
   * it to themselves. Above all places that a connection has, so that who wants more is told.
   */
  private static final int MAX_STREAMS = 65_536;

  private static final Duration KEEPALIVE = Duration.ofSeconds(30);
  private static final Duration KEEPALIVE_TIMEOUT = Duration.ofSeconds(10);

  /** How often a client may ping. */
  private static final Duration PERMITTED_PINGS = Duration.ofSeconds(5);

  private static final Duration CALLS_END_WITHIN = Duration.ofSeconds(10);

  /** What health's watchers have for hearing that it ends. */
  private static final Duration LAST_WORDS = Duration.ofMillis(250);

  /** Whose health says whether the store has all that it was given. */
  private static final String INTEGRITY = "aether.integrity";

  private static final List<String> SERVICES =
      List.of(
          HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
          EventStoreGrpc.SERVICE_NAME,
          EventBusGrpc.SERVICE_NAME,
          NamespacesGrpc.SERVICE_NAME);

  private final Server server;

  /** What health checks call the saves alone. */
  public static final String SAVES = EventStoreGrpc.SERVICE_NAME + "/SaveEvents";

  private final HealthStatusManager health = new HealthStatusManager();
  private final OpenCalls calls = new OpenCalls();
  private final SaveStreams saveStreams;

  /**
   * Listens and serves.
   *
   * @param nodeId the name of this node, as subscribers see it
   * @param clock gives the time that a sender left out
   * @throws IOException if the address can't be listened on
   */
  public GrpcServer(
      InetSocketAddress listen, Store store, EventBus bus, String nodeId, InstantSource clock)
      throws IOException {
    Completion completion = new Completion(clock);
    Intake intake = new Intake(store, completion);
    saveStreams = new SaveStreams(intake);
    NodeBounds bounds = new NodeBounds(Runtime.getRuntime().maxMemory());
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(listen)
            // Nothing blocks on these threads: every method hands its work to the store and
            // returns.
            .directExecutor()
            .maxInboundMessageSize(MAX_REQUEST_BYTES)
            .maxInboundMetadataSize(MAX_HEADER_BYTES)
            .keepAliveTime(KEEPALIVE.toSeconds(), TimeUnit.SECONDS)
            .keepAliveTimeout(KEEPALIVE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
            .permitKeepAliveTime(PERMITTED_PINGS.toSeconds(), TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .flowControlWindow(NodeBounds.WINDOW_BYTES)
            .maxConcurrentCallsPerConnection(MAX_STREAMS)
            .addTransportFilter(Connection.each(bounds))
            .intercept(new PreviousAttempts())
            .intercept(calls)
            // Counts first, so that what is refused was never there.
            .intercept(new ConnectionBounds())
            .addService(
                MalformedRequests.refused(
                    new EventStoreService(store, intake, saveStreams).bindService()))
            .addService(
                MalformedRequests.refused(
                    new EventBusService(bus, store.namespaces().storeId(), nodeId, completion)
                        .bindWithTwin()))
            .addService(
                Reflection.withErrorDetails(
                    MalformedRequests.refused(
                        new NamespacesService(store.namespaces()).bindService())))
            .addService(health.getHealthService());
    Reflection.services().forEach(builder::addService);
    server = builder.build().start();
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return (InetSocketAddress) server.getListenSockets().get(0);
  }

  /**
   * Says to health checks of {@link #SAVES} whether saves are taken: not by a store that is full,
   * which the services still serve.
   */
  public void takingSaves(boolean taking) {
    health.setStatus(SAVES, taking ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /** Says to health checks whether the store can be reached. */
  public void serving(boolean serving) {
    ServingStatus status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    SERVICES.forEach(service -> health.setStatus(service, status));
  }

  /** Says to health checks whether the store has all that it was given, as far as is known. */
  public void intact(boolean intact) {
    health.setStatus(INTEGRITY, intact ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /** Takes no new calls; lets those under way end, within a bound. Blocks so long. */
  @Override
  public void close() {
    health.enterTerminalState();
    server.shutdown();
    saveStreams.close();
    try {
      calls.awaitNone(CALLS_END_WITHIN);
      if (!server.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
