package dev.aether.client;

import dev.aether.client.internal.calls.RepeatedCall;
import dev.aether.client.internal.messages.NamespaceMessages;
import dev.aether.client.internal.reads.FramePublisher;
import dev.aether.client.internal.reads.FrameSource;
import dev.aether.client.internal.reads.PagedFlow;
import dev.aether.client.internal.validation.Validation;
import dev.aether.v1.CreateNamespaceRequest;
import dev.aether.v1.DeleteNamespaceRequest;
import dev.aether.v1.DeleteNamespaceResponse;
import dev.aether.v1.GetNamespaceRequest;
import dev.aether.v1.ListNamespacesRequest;
import dev.aether.v1.NamespacesGrpc;
import dev.aether.v1.UpdateNamespaceRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Creates, lists and deletes namespaces without blocking; see {@link Namespaces}. */
public final class AsyncNamespaces {
  private final Calls calls;

  AsyncNamespaces(Calls calls) {
    this.calls = calls;
  }

  /** Same as {@link Namespaces#create}. */
  public CompletableFuture<NamespaceInfo> create(String name, NamespaceConfig config) {
    return calls.start(
        RepeatedCall.Spec.changing(
            NamespacesGrpc.getCreateNamespaceMethod(),
            CreateNamespaceRequest.newBuilder()
                .setNamespace(Validation.namespace(name))
                .setConfig(NamespaceMessages.config(config))
                .build(),
            answer -> NamespaceMessages.info(answer.getNamespace()),
            RepeatedCall.Change.repeatable("the creation of namespace " + name)),
        CallSettings.defaults());
  }

  /** Same as {@link Namespaces#get}. */
  public CompletableFuture<NamespaceInfo> get(String name) {
    return calls.start(
        RepeatedCall.Spec.reading(
            NamespacesGrpc.getGetNamespaceMethod(),
            GetNamespaceRequest.newBuilder().setNamespace(Validation.namespace(name)).build(),
            answer -> NamespaceMessages.info(answer.getNamespace())),
        CallSettings.defaults());
  }

  /** Same as {@link Namespaces#update}. */
  public CompletableFuture<NamespaceInfo> update(String name, NamespaceConfig config) {
    return calls.start(
        RepeatedCall.Spec.changing(
            NamespacesGrpc.getUpdateNamespaceMethod(),
            UpdateNamespaceRequest.newBuilder()
                .setNamespace(Validation.namespace(name))
                .setConfig(NamespaceMessages.config(config))
                .build(),
            answer -> NamespaceMessages.info(answer.getNamespace()),
            RepeatedCall.Change.repeatable("the update of namespace " + name)),
        CallSettings.defaults());
  }

  /** Same as {@link Namespaces#delete}. */
  public CompletableFuture<@Nullable Void> delete(String name) {
    return calls.start(
        new RepeatedCall.Spec<DeleteNamespaceRequest, DeleteNamespaceResponse, @Nullable Void>(
            NamespacesGrpc.getDeleteNamespaceMethod(),
            DeleteNamespaceRequest.newBuilder()
                .setNamespace(Validation.namespace(name))
                .setConfirm(name)
                .build(),
            request -> request,
            answer -> null,
            RepeatedCall.Change.onlyOnce("the deletion of namespace " + name)),
        CallSettings.defaults());
  }

  /**
   * Same as {@link Namespaces#list}, page after page; each subscriber starts with the first page.
   */
  public Flow.Publisher<NamespaceInfo> list(String pattern) {
    return new FramePublisher<>(source(pattern));
  }

  /** Same as {@link Namespaces#page}. */
  public CompletableFuture<NamespacePage> page(String pattern, int pageSize, String pageToken) {
    return calls.start(
        RepeatedCall.Spec.reading(
            NamespacesGrpc.getListNamespacesMethod(),
            ListNamespacesRequest.newBuilder()
                .setPattern(pattern)
                .setPageSize(pageSize)
                .setPageToken(pageToken)
                .build(),
            NamespaceMessages::page),
        CallSettings.defaults());
  }

  FrameSource<NamespacePage, NamespaceInfo> source(String pattern) {
    return new FrameSource<>(
        () -> new PagedFlow<>(token -> page(pattern, 0, token), NamespacePage::nextPageToken),
        page -> page.namespaces().iterator());
  }
}
