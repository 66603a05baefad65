package dev.aether.server.grpc;

import com.google.protobuf.Timestamp;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.access.Caller;
import dev.aether.server.grpc.requests.CallDeadline;
import dev.aether.server.grpc.requests.FieldViolations;
import dev.aether.server.grpc.requests.PageSize;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.server.grpc.requests.UnaryCall;
import dev.aether.server.grpc.tokens.NamespacePageToken;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Namespaces.Info;
import dev.aether.v1.CreateNamespaceRequest;
import dev.aether.v1.CreateNamespaceResponse;
import dev.aether.v1.DeleteNamespaceRequest;
import dev.aether.v1.DeleteNamespaceResponse;
import dev.aether.v1.GetNamespaceRequest;
import dev.aether.v1.GetNamespaceResponse;
import dev.aether.v1.ListNamespacesRequest;
import dev.aether.v1.ListNamespacesResponse;
import dev.aether.v1.NamespaceConfig;
import dev.aether.v1.NamespacesGrpc;
import dev.aether.v1.UpdateNamespaceRequest;
import dev.aether.v1.UpdateNamespaceResponse;
import io.grpc.stub.StreamObserver;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Creates, lists, changes and deletes namespaces. No method blocks. */
final class NamespacesService extends NamespacesGrpc.NamespacesImplBase {
  private static final Set<Integer> REPLICAS = Set.of(0, 1, 3, 5);

  private final Namespaces namespaces;

  NamespacesService(Namespaces namespaces) {
    this.namespaces = namespaces;
  }

  @Override
  public void createNamespace(
      CreateNamespaceRequest request, StreamObserver<CreateNamespaceResponse> response) {
    UnaryCall.answer(
        response,
        () -> {
          FieldViolations violations = new FieldViolations();
          RequestNames.checkNamespace(request.getNamespace(), violations);
          check(request.getConfig(), violations);
          violations.check();
          return namespaces.create(
              RequestNames.namespace(request.getNamespace()),
              settings(request.getConfig()),
              CallDeadline.current());
        },
        info -> CreateNamespaceResponse.newBuilder().setNamespace(namespace(info)).build());
  }

  private static void check(NamespaceConfig config, FieldViolations violations) {
    if (!REPLICAS.contains(config.getReplicas())) {
      violations.add("config.replicas", "must be 0, 1, 3 or 5");
    }
    if (config.getPartitions() < 0 || config.getPartitions() > 1) {
      violations.add(
          "config.partitions", "must be 0 or 1: multiple partitions are not supported yet");
    }
    if (config.hasHistory()) {
      violations.add("config.history", "must not be set: history rules are not supported yet");
    }
    if (config.getMaxBytes() < 0) {
      violations.add("config.max_bytes", "must be at most 2^63 - 1");
    }
  }

  private static dev.aether.v1.Namespace namespace(Info info) {
    return dev.aether.v1.Namespace.newBuilder()
        .setNamespace(info.namespace().name())
        .setConfig(
            NamespaceConfig.newBuilder()
                .setReplicas(info.replicas())
                .setPartitions(info.partitions())
                .setMaxBytes(info.maxBytes()))
        .setIncarnation(info.incarnation())
        .setCreatedAt(
            Timestamp.newBuilder()
                .setSeconds(info.createdAt().getEpochSecond())
                .setNanos(info.createdAt().getNano()))
        .build();
  }

  @Override
  public void getNamespace(
      GetNamespaceRequest request, StreamObserver<GetNamespaceResponse> response) {
    UnaryCall.answer(
        response,
        () -> {
          Namespace name = RequestNames.validNamespace(request.getNamespace());
          return namespaces
              .look(name)
              .thenApply(found -> found.orElseThrow(() -> StoreException.namespaceNotFound(name)));
        },
        info -> GetNamespaceResponse.newBuilder().setNamespace(namespace(info)).build());
  }

  @Override
  public void listNamespaces(
      ListNamespacesRequest request, StreamObserver<ListNamespacesResponse> response) {
    UnaryCall.answer(
        response,
        () -> {
          FieldViolations violations = new FieldViolations();
          RequestNames.checkNamespacePattern("pattern", request.getPattern(), violations);
          violations.check();
          NamePattern pattern = RequestNames.namespacePattern(request.getPattern());
          NamespacePageToken tokens = new NamespacePageToken(pattern);
          String after = tokens.last(request.getPageToken());
          Caller caller = Caller.current();
          return namespaces
              .list(pattern)
              .thenApply(all -> visible(all, caller))
              .thenApply(all -> page(all, after, PageSize.of(request.getPageSize()), tokens));
        },
        page -> page);
  }

  private static List<Info> visible(List<Info> all, Caller caller) {
    return all.stream().filter(info -> caller.sees(info.namespace().name())).toList();
  }

  private static ListNamespacesResponse page(
      List<Info> all, String after, int size, NamespacePageToken tokens) {
    List<Info> rest =
        all.stream()
            .filter(info -> info.namespace().name().compareTo(after) > 0)
            .sorted(Comparator.comparing(info -> info.namespace().name()))
            .limit(size + 1L)
            .toList();
    List<Info> page = rest.size() > size ? rest.subList(0, size) : rest;
    ListNamespacesResponse.Builder response = ListNamespacesResponse.newBuilder();
    page.forEach(info -> response.addNamespaces(namespace(info)));
    if (rest.size() > size) {
      response.setNextPageToken(tokens.after(page.get(size - 1).namespace()));
    }
    return response.build();
  }

  @Override
  public void updateNamespace(
      UpdateNamespaceRequest request, StreamObserver<UpdateNamespaceResponse> response) {
    UnaryCall.answer(
        response,
        () -> {
          FieldViolations violations = new FieldViolations();
          RequestNames.checkNamespace(request.getNamespace(), violations);
          if (!request.hasConfig()) {
            violations.add("config", "must be set: it is the complete new configuration");
          }
          check(request.getConfig(), violations);
          violations.check();
          return namespaces.update(
              RequestNames.namespace(request.getNamespace()),
              settings(request.getConfig()),
              CallDeadline.current());
        },
        info -> UpdateNamespaceResponse.newBuilder().setNamespace(namespace(info)).build());
  }

  private static Namespaces.Settings settings(NamespaceConfig config) {
    return new Namespaces.Settings(config.getReplicas(), config.getMaxBytes());
  }

  @Override
  public void deleteNamespace(
      DeleteNamespaceRequest request, StreamObserver<DeleteNamespaceResponse> response) {
    UnaryCall.answer(
        response,
        () -> {
          Namespace name = RequestNames.validNamespace(request.getNamespace());
          if (!request.getConfirm().equals(name.name())) {
            throw new StoreException.InvalidRequest("confirm", "must be the same as namespace");
          }
          return namespaces.delete(name, CallDeadline.current());
        },
        deleted -> DeleteNamespaceResponse.getDefaultInstance());
  }
}
