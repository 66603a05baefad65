package dev.aether.server.grpc.access;

import com.google.protobuf.Message;
import dev.aether.server.event.Limits;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.server.security.Right;
import dev.aether.v1.CreateNamespaceRequest;
import dev.aether.v1.DeleteNamespaceRequest;
import dev.aether.v1.DeleteSnapshotRequest;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetLatestSnapshotRequest;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.GetNamespaceRequest;
import dev.aether.v1.ListActorsRequest;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.NamespacesGrpc;
import dev.aether.v1.PublishRequest;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.SubscribeRequest;
import dev.aether.v1.UpdateNamespaceRequest;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The table of what a caller needs for each RPC. A test fails if an RPC is missing. */
final class RpcRights {
  /** What an RPC needs. */
  sealed interface Need {
    /** Nothing: anybody may call it, without credentials. */
    record Nothing() implements Need {}

    /** An identity. The RPC shows only namespaces on which it has a right. */
    record AnIdentity() implements Need {}

    /** Some right on the namespace of the request, whichever. */
    record AnyRight(Function<Object, String> namespace) implements Need {}

    /**
     * A right on all namespaces of the request.
     *
     * @param namespaces the request's namespace, or its pattern of namespaces
     */
    record RightOn(Right right, Function<Object, String> namespaces) implements Need {}
  }

  /**
   * What one request needs.
   *
   * @param namespaces a name or pattern; empty if the RPC concerns no namespace
   */
  record Demand(Need need, String namespaces) {}

  /** No valid name or pattern is longer. */
  private static final int MAX_LENGTH = Limits.PATTERN_BYTES + 1;

  private static final Map<String, Need> BY_METHOD = new HashMap<>();

  static {
    needs(Right.SAVE, EventStoreGrpc.getSaveEventsMethod(), SaveEventsRequest::getNamespace);
    needs(Right.SAVE, EventStoreGrpc.getSaveEventsStreamMethod(), SaveEventsRequest::getNamespace);
    needs(Right.SAVE, EventStoreGrpc.getSaveSnapshotMethod(), SaveSnapshotRequest::getNamespace);
    needs(
        Right.SAVE, EventStoreGrpc.getDeleteSnapshotMethod(), DeleteSnapshotRequest::getNamespace);
    needs(Right.READ, EventStoreGrpc.getGetEventsMethod(), GetEventsRequest::getNamespace);
    needs(Right.READ, EventStoreGrpc.getLoadActorMethod(), LoadActorRequest::getNamespace);
    needs(
        Right.READ,
        EventStoreGrpc.getGetLatestVersionMethod(),
        GetLatestVersionRequest::getNamespace);
    needs(
        Right.READ,
        EventStoreGrpc.getGetLatestSnapshotMethod(),
        GetLatestSnapshotRequest::getNamespace);
    needs(Right.READ, EventStoreGrpc.getReadLogMethod(), ReadLogRequest::getNamespacePattern);
    needs(Right.READ, EventStoreGrpc.getListActorsMethod(), ListActorsRequest::getNamespace);
    needs(
        Right.SUBSCRIBE, EventBusGrpc.getSubscribeMethod(), SubscribeRequest::getNamespacePattern);
    needs(Right.PUBLISH, EventBusGrpc.getPublishMethod(), PublishRequest::getNamespace);
    needs(
        Right.ADMIN,
        NamespacesGrpc.getCreateNamespaceMethod(),
        CreateNamespaceRequest::getNamespace);
    needs(
        Right.ADMIN,
        NamespacesGrpc.getUpdateNamespaceMethod(),
        UpdateNamespaceRequest::getNamespace);
    needs(
        Right.ADMIN,
        NamespacesGrpc.getDeleteNamespaceMethod(),
        DeleteNamespaceRequest::getNamespace);
    BY_METHOD.put(
        NamespacesGrpc.getGetNamespaceMethod().getFullMethodName(),
        new Need.AnyRight(request -> orDefault(((GetNamespaceRequest) request).getNamespace())));
    BY_METHOD.put(
        NamespacesGrpc.getListNamespacesMethod().getFullMethodName(), new Need.AnIdentity());
    BY_METHOD.put(
        ServerReflectionGrpc.getServerReflectionInfoMethod().getFullMethodName(),
        new Need.AnIdentity());
    BY_METHOD.put(
        io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServerReflectionInfoMethod()
            .getFullMethodName(),
        new Need.AnIdentity());
    HealthGrpc.getServiceDescriptor()
        .getMethods()
        .forEach(method -> BY_METHOD.put(method.getFullMethodName(), new Need.Nothing()));
  }

  private RpcRights() {}

  private static <Q> void needs(
      Right right, MethodDescriptor<Q, ?> method, Function<Q, String> namespaces) {
    BY_METHOD.put(
        method.getFullMethodName(),
        new Need.RightOn(right, request -> orDefault(namespaces.apply(typed(method, request)))));
  }

  @SuppressWarnings("unchecked") // gRPC parses the requests of a method with its marshaller.
  private static <Q> Q typed(MethodDescriptor<Q, ?> method, Object request) {
    return (Q) request;
  }

  /** Long texts are cut: they are invalid, so the service refuses them. */
  private static String orDefault(String namespaces) {
    return RequestNames.orDefault(
        namespaces.substring(0, Math.min(namespaces.length(), MAX_LENGTH)));
  }

  /** What a request of an RPC of the table needs. */
  static Demand demand(String method, Message request) {
    Need need = of(method).orElseThrow();
    if (need instanceof Need.RightOn on) {
      return new Demand(need, on.namespaces().apply(request));
    }
    return new Demand(
        need, need instanceof Need.AnyRight any ? any.namespace().apply(request) : "");
  }

  /** What an RPC needs; empty if it is not in the table, so that nobody may call it. */
  static Optional<Need> of(String method) {
    return Optional.ofNullable(BY_METHOD.get(method));
  }
}
