package dev.aether.server.grpc.limits;

import dev.aether.server.grpc.errors.UndecodableRequest;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.EnumSet;
import java.util.Set;

/**
 * Tells the gate of calls that were refused or that their clients have reset. A client that makes
 * many of them takes time from others. Thread-safe.
 */
public final class RefusedCalls implements ServerInterceptor {
  private static final Set<Status.Code> REFUSALS =
      EnumSet.of(
          Status.Code.RESOURCE_EXHAUSTED,
          Status.Code.UNAUTHENTICATED,
          Status.Code.PERMISSION_DENIED);

  private final ConnectionGate gate;

  public RefusedCalls(ConnectionGate gate) {
    this.gate = gate;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    ServerCall<Q, R> watched =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            super.close(status, trailers);
            if (isRefusal(status)) {
              count(call);
            }
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(watched, headers)) {
      @Override
      public void onCancel() {
        count(call);
        super.onCancel();
      }
    };
  }

  /** A request that is no message is one, but not one whose content is invalid. */
  private static boolean isRefusal(Status status) {
    return REFUSALS.contains(status.getCode()) || status.getCause() instanceof UndecodableRequest;
  }

  private void count(ServerCall<?, ?> call) {
    gate.countRefusedCall(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
  }
}
