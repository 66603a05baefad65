package dev.aether.server.grpc;

import dev.aether.server.bus.EventBus;
import dev.aether.server.bus.SubscribeCommand;
import dev.aether.server.bus.SubscriptionLoop;
import dev.aether.server.event.NamePattern;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.grpc.limits.CallPermits;
import dev.aether.server.grpc.requests.CallDeadline;
import dev.aether.server.grpc.requests.EventDefaults;
import dev.aether.server.grpc.requests.RequestNames;
import dev.aether.server.grpc.requests.UnaryCall;
import dev.aether.server.grpc.subscriptions.GrpcSink;
import dev.aether.server.grpc.subscriptions.PublishMapper;
import dev.aether.server.grpc.subscriptions.SubscribeMapper;
import dev.aether.server.grpc.tokens.CursorCodec;
import dev.aether.server.wire.SubscriptionFrame;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.PublishRequest;
import dev.aether.v1.PublishResponse;
import dev.aether.v1.SubscribeRequest;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** Subscriptions and broadcasts. No method blocks. */
final class EventBusService extends EventBusGrpc.EventBusImplBase {
  private final EventBus bus;
  private final long storeId;
  private final String nodeId;
  private final EventDefaults defaults;

  EventBusService(EventBus bus, long storeId, String nodeId, EventDefaults defaults) {
    this.bus = bus;
    this.storeId = storeId;
    this.nodeId = nodeId;
    this.defaults = defaults;
  }

  /** Binds the service so that Subscribe answers with commits that are left encoded. */
  ServerServiceDefinition bindWithEncodedFrames() {
    return ServiceDefinitions.withMethods(
        bindService(),
        List.of(
            ServiceDefinitions.withTwin(
                EventBusGrpc.getSubscribeMethod(),
                SubscriptionFrame.getDefaultInstance(),
                this::follow)));
  }

  private void follow(SubscribeRequest request, StreamObserver<SubscriptionFrame> response) {
    ServerCallStreamObserver<SubscriptionFrame> call =
        (ServerCallStreamObserver<SubscriptionFrame>) response;
    try {
      SubscribeMapper.check(request);
      NamePattern namespaces = RequestNames.namespacePattern(request.getNamespacePattern());
      CursorCodec cursors = new CursorCodec(storeId, namespaces);
      SubscribeCommand command =
          SubscribeMapper.command(request, namespaces, cursors, CallPermits.current());
      GrpcSink sink = new GrpcSink(call, nodeId, cursors, request.getDetail(), command.filter());
      SubscriptionLoop subscription = bus.subscribe(command, sink);
      call.setOnReadyHandler(subscription::wake);
      call.setOnCancelHandler(subscription::close);
    } catch (RuntimeException e) {
      call.onError(StatusMapper.toStatus(e));
    }
  }

  @Override
  public void publish(PublishRequest request, StreamObserver<PublishResponse> response) {
    UnaryCall.answer(
        response,
        () -> bus.publish(PublishMapper.toBroadcast(request, defaults), CallDeadline.current()),
        handedOn -> PublishResponse.getDefaultInstance());
  }
}
