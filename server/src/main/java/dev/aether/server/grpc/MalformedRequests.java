package dev.aether.server.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.errors.RefusableCall;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.grpc.errors.UndecodableRequest;
import io.grpc.ForwardingServerCallListener;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;

/**
 * Answers requests that cannot be decoded with INVALID_REQUEST. gRPC itself treats an exception of
 * a marshaller as an error of the server: it logs the exception, and the client gets no reason.
 */
final class MalformedRequests {
  private MalformedRequests() {}

  /** Wraps a service, which never sees requests that cannot be decoded. */
  static ServerServiceDefinition refused(ServerServiceDefinition service) {
    return ServiceDefinitions.withMethods(service, MalformedRequests::refusing);
  }

  private static <Q, R> ServerMethodDefinition<Object, R> refusing(
      ServerMethodDefinition<Q, R> method) {
    MethodDescriptor<Q, R> declared = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        declared.toBuilder(
                new Parser(declared.getRequestMarshaller()), declared.getResponseMarshaller())
            .build(),
        handler(method.getServerCallHandler()));
  }

  private static <Q, R> ServerCallHandler<Object, R> handler(ServerCallHandler<Q, R> declared) {
    // The parser returns a Q or a Malformed, and the guard keeps the latter from the handler.
    @SuppressWarnings("unchecked")
    ServerCallHandler<Object, R> service =
        (ServerCallHandler<Object, R>) (ServerCallHandler<?, R>) declared;
    return (call, headers) -> {
      RefusableCall<Object, R> refusable = new RefusableCall<>(call);
      return new Guard(refusable, service.startCall(refusable, headers));
    };
  }

  /** Takes the place of a message that cannot be decoded. */
  private record Malformed(StatusRuntimeException why) {}

  /** Returns a message or a {@link Malformed}; never throws. */
  private record Parser(MethodDescriptor.Marshaller<?> messages)
      implements MethodDescriptor.Marshaller<Object> {
    @Override
    public Object parse(InputStream bytes) {
      try {
        return messages.parse(
            messages instanceof MethodDescriptor.PrototypeMarshaller<?> known
                    && known.getMessagePrototype() instanceof Message prototype
                ? FieldLimit.checked(bytes, prototype.getDescriptorForType())
                : bytes);
      } catch (IOException e) {
        return new Malformed(undecodable(e));
      } catch (RuntimeException e) {
        return new Malformed(status(e));
      }
    }

    /**
     * The error for bytes that cannot be decoded. A message that is too large after decompression
     * keeps gRPC's own error.
     */
    private static StatusRuntimeException status(RuntimeException thrown) {
      return thrown.getCause() instanceof InvalidProtocolBufferException malformed
          ? undecodable(malformed)
          : StatusMapper.toStatus(thrown);
    }

    private static StatusRuntimeException undecodable(IOException malformed) {
      StatusRuntimeException why =
          StatusMapper.toStatus(
              new StoreException.InvalidRequest(
                  "request", "cannot be decoded: " + malformed.getMessage()));
      return new StatusRuntimeException(
          why.getStatus().withCause(new UndecodableRequest()), why.getTrailers());
    }

    @Override
    public InputStream stream(Object request) {
      throw new UnsupportedOperationException("a server sends no requests");
    }
  }

  /**
   * Passes messages to the service until one cannot be decoded; then the service sees the call as
   * cancelled.
   */
  private static final class Guard extends ForwardingServerCallListener<Object> {
    private final RefusableCall<?, ?> call;
    private ServerCall.Listener<Object> service;

    Guard(RefusableCall<?, ?> call, ServerCall.Listener<Object> service) {
      this.call = call;
      this.service = service;
    }

    @Override
    protected ServerCall.Listener<Object> delegate() {
      return service;
    }

    @Override
    public void onMessage(Object message) {
      if (message instanceof Malformed malformed) {
        call.refuse(malformed.why());
        ServerCall.Listener<Object> before = service;
        service = new ServerCall.Listener<>() {};
        before.onCancel();
      } else {
        super.onMessage(message);
      }
    }
  }
}
