package dev.aether.server.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.aether.server.event.StoreException;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Refuses requests that are no message of their type like all that are invalid. gRPC itself takes
 * an exception of a marshaller for a fault of the server's: it logs it and says no reason.
 */
final class MalformedRequests {
  private MalformedRequests() {}

  /** The service with these refused before it sees them. */
  static ServerServiceDefinition refused(ServerServiceDefinition service) {
    ServiceDescriptor declared = service.getServiceDescriptor();
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(declared.getName())
            .setSchemaDescriptor(declared.getSchemaDescriptor());
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    service.getMethods().forEach(method -> methods.add(method(method)));
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder refusing = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(refusing::addMethod);
    return refusing.build();
  }

  private static <Q, R> ServerMethodDefinition<Object, R> method(
      ServerMethodDefinition<Q, R> method) {
    MethodDescriptor<Q, R> declared = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        declared.toBuilder(
                new Parser(declared.getRequestMarshaller()), declared.getResponseMarshaller())
            .build(),
        handler(method.getServerCallHandler()));
  }

  private static <Q, R> ServerCallHandler<Object, R> handler(ServerCallHandler<Q, R> declared) {
    // All that a parser gives is a Q, or a fault that the handler never sees.
    @SuppressWarnings("unchecked")
    ServerCallHandler<Object, R> service =
        (ServerCallHandler<Object, R>) (ServerCallHandler<?, R>) declared;
    return (call, headers) -> {
      RefusableCall<R> refusable = new RefusableCall<>(call);
      return new Guard(refusable, service.startCall(refusable, headers));
    };
  }

  /** What came instead of a message. */
  private record Fault(StatusRuntimeException why) {}

  /** Gives a message or a {@link Fault}, and never throws. */
  private record Parser(MethodDescriptor.Marshaller<?> messages)
      implements MethodDescriptor.Marshaller<Object> {
    @Override
    public Object parse(InputStream bytes) {
      try {
        return messages.parse(bytes);
      } catch (RuntimeException e) {
        return new Fault(StatusMapper.toStatus(cause(e)));
      }
    }

    /** What is no message, and not what is too large once it is inflated, which gRPC names. */
    private static RuntimeException cause(RuntimeException thrown) {
      return thrown.getCause() instanceof InvalidProtocolBufferException malformed
          ? new StoreException.InvalidRequest(
              "request", "is no message of its type: " + malformed.getMessage())
          : thrown;
    }

    @Override
    public InputStream stream(Object request) {
      throw new UnsupportedOperationException("a server sends no requests");
    }
  }

  /**
   * A call that may end though its service doesn't know: what that sends afterwards goes nowhere.
   * The service may be sending on another thread, hence the lock.
   */
  private static final class RefusableCall<R> extends SimpleForwardingServerCall<Object, R> {
    /** Guarded by this. */
    private boolean closed;

    RefusableCall(ServerCall<Object, R> call) {
      super(call);
    }

    synchronized void refuse(StatusRuntimeException why) {
      Metadata trailers = Status.trailersFromThrowable(why);
      close(why.getStatus(), trailers == null ? new Metadata() : trailers);
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!closed) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(R message) {
      if (!closed) {
        super.sendMessage(message);
      }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
      if (!closed) {
        closed = true;
        super.close(status, trailers);
      }
    }
  }

  /** Hands a service its messages until one is none; then the call is cancelled for it. */
  private static final class Guard extends ForwardingServerCallListener<Object> {
    private final RefusableCall<?> call;
    private ServerCall.Listener<Object> service;

    Guard(RefusableCall<?> call, ServerCall.Listener<Object> service) {
      this.call = call;
      this.service = service;
    }

    @Override
    protected ServerCall.Listener<Object> delegate() {
      return service;
    }

    @Override
    public void onMessage(Object message) {
      if (message instanceof Fault fault) {
        call.refuse(fault.why());
        ServerCall.Listener<Object> before = service;
        service = new ServerCall.Listener<>() {};
        before.onCancel();
      } else {
        super.onMessage(message);
      }
    }
  }
}
