package dev.aether.server.contract;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.event.GroupCommitThresholds;
import dev.aether.v1.CreateNamespaceRequest;
import dev.aether.v1.DeleteNamespaceRequest;
import dev.aether.v1.Event;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.GetNamespaceRequest;
import dev.aether.v1.Namespace;
import dev.aether.v1.NamespacesGrpc;
import dev.aether.v1.NewEvent;
import dev.aether.v1.PublishRequest;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real server on a loopback port and an unconfigured gRPC client of it, as any language has one:
 * it takes messages below 4 MiB and repeats nothing by itself. For any number of threads.
 */
final class Node implements AutoCloseable {
  static final long DEADLINE_SECONDS = 30;

  private final AetherServer server;
  private final ManagedChannel channel;

  private Node(AetherServer server) {
    this.server = server;
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", server.grpcAddress().getPort())
            .usePlaintext()
            .disableRetry()
            .build();
  }

  /** Puts two saves that arrive at the same time into a batch. */
  static final GroupCommitThresholds PAIRS_IN_BATCHES = new GroupCommitThresholds(2, 2, 2);

  /** Puts even a lone save into a batch. */
  static final GroupCommitThresholds ALL_IN_BATCHES = new GroupCommitThresholds(1, 1, 1);

  /** With {@code -Daether.group.commit=all}, all saves are in batches. */
  static Node start(ServerConfig config) {
    return new Node(
        AetherServer.start(
            "all".equals(System.getProperty("aether.group.commit"))
                ? config.withGroupCommit(ALL_IN_BATCHES)
                : config));
  }

  /** A client of a server that a test started itself. */
  static Node of(AetherServer server) {
    return new Node(server);
  }

  String id() {
    return server.nodeId();
  }

  int port() {
    return server.grpcAddress().getPort();
  }

  ManagedChannel channel() {
    return channel;
  }

  EventStoreGrpc.EventStoreBlockingStub store() {
    return EventStoreGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  NamespacesGrpc.NamespacesBlockingStub namespaces() {
    return NamespacesGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  Namespace create(String namespace) {
    return namespaces()
        .createNamespace(CreateNamespaceRequest.newBuilder().setNamespace(namespace).build())
        .getNamespace();
  }

  Namespace namespace(String namespace) {
    return namespaces()
        .getNamespace(GetNamespaceRequest.newBuilder().setNamespace(namespace).build())
        .getNamespace();
  }

  void delete(String namespace) {
    var unused =
        namespaces()
            .deleteNamespace(
                DeleteNamespaceRequest.newBuilder()
                    .setNamespace(namespace)
                    .setConfirm(namespace)
                    .build());
  }

  void publish(String namespace, NewEvent event) {
    publish(PublishRequest.newBuilder().setNamespace(namespace).setEvent(event).build());
  }

  void publish(PublishRequest request) {
    var unused =
        EventBusGrpc.newBlockingStub(channel)
            .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .publish(request);
  }

  EventBusGrpc.EventBusStub bus() {
    return EventBusGrpc.newStub(channel);
  }

  SaveEventsResponse save(SaveEventsRequest request) {
    return store().saveEvents(request);
  }

  SaveEventsResponse save(SaveEventsRequest.Builder request) {
    return save(request.build());
  }

  long latest(String namespace, String actor) {
    return store()
        .getLatestVersion(
            GetLatestVersionRequest.newBuilder().setNamespace(namespace).setActorId(actor).build())
        .getVersion();
  }

  List<Event> events(String namespace, String actor) {
    return events(GetEventsRequest.newBuilder().setNamespace(namespace).setActorId(actor));
  }

  List<Event> events(GetEventsRequest.Builder request) {
    return frames(request).stream().flatMap(frame -> frame.getEventsList().stream()).toList();
  }

  List<GetEventsResponse> frames(GetEventsRequest.Builder request) {
    List<GetEventsResponse> frames = new ArrayList<>();
    store().getEvents(request.build()).forEachRemaining(frames::add);
    return frames;
  }

  ServingStatus health(String service) {
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .check(HealthCheckRequest.newBuilder().setService(service).build())
        .getStatus();
  }

  /** Ends the client first, so that no call is left to wait for. */
  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}
