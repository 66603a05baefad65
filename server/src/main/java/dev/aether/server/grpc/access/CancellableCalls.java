package dev.aether.server.grpc.access;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * Lets calls that may last be cancelled. A call can otherwise only be closed, and gRPC then still
 * sends what was sent before, however long its client does not read. gRPC resets a call whose
 * context was cancelled because its time has passed, so each such call gets a context that can be.
 * Thread-safe.
 */
public final class CancellableCalls extends ServerStreamTracer.Factory {
  private static final Context.Key<Context.CancellableContext> CALL =
      Context.key("aether-cancellable");

  private static final ServerStreamTracer OF_OTHERS = new ServerStreamTracer() {};

  private static final ServerStreamTracer CANCELLABLE =
      new ServerStreamTracer() {
        @Override
        public Context filterContext(Context context) {
          Context.CancellableContext call = context.withCancellation();
          return call.withValue(CALL, call);
        }
      };

  private final Set<String> methods;

  /**
   * @param services whose methods that answer with a stream are cancellable
   */
  public CancellableCalls(List<ServerServiceDefinition> services) {
    methods =
        services.stream()
            .flatMap(service -> service.getMethods().stream())
            .map(ServerMethodDefinition::getMethodDescriptor)
            .filter(method -> !method.getType().serverSendsOneMessage())
            .map(MethodDescriptor::getFullMethodName)
            .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    return methods.contains(method) ? CANCELLABLE : OF_OTHERS;
  }

  /**
   * Returns what cancels the current call, on any thread; it does nothing if the call is not
   * cancellable.
   */
  static Runnable current() {
    Context.CancellableContext call = CALL.get();
    return call == null
        ? () -> {}
        : () -> call.cancel(new TimeoutException("the client does not read how its call ended"));
  }
}
