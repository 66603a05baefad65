package dev.aether.server.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.aether.server.grpc.errors.RefusableCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Ends the calls of one service that send more than its requests ever have, as soon as that is
 * received. gRPC has one limit for all services, and holds a request until the rest of it arrives.
 * It must be both an interceptor of the service, which must be {@link #bounded}, and a tracer of
 * the server. Thread-safe.
 */
final class SmallRequests extends ServerStreamTracer.Factory implements ServerInterceptor {
  /** Far more than the name of a service takes. */
  static final int MAX_BYTES = 4 * 1024;

  private static final Context.Key<Received> RECEIVED = Context.key("aether-received");
  private static final ServerStreamTracer OF_OTHERS = new ServerStreamTracer() {};

  private final String service;

  /**
   * @param service its full name
   */
  SmallRequests(String service) {
    this.service = service;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    return method.startsWith(service + "/") ? new Received() : OF_OTHERS;
  }

  /**
   * Returns the service with methods that decompress no more of a request than it may have: a
   * compressed one is larger than what was received.
   */
  static ServerServiceDefinition bounded(ServerServiceDefinition service) {
    return ServiceDefinitions.withMethods(service, SmallRequests::bounded);
  }

  private static <Q, R> ServerMethodDefinition<Q, R> bounded(ServerMethodDefinition<Q, R> method) {
    MethodDescriptor<Q, R> declared = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        declared.toBuilder(
                new Bounded<>(declared.getRequestMarshaller()), declared.getResponseMarshaller())
            .build(),
        method.getServerCallHandler());
  }

  /** Throws if a request has more than it may have. */
  private record Bounded<Q>(MethodDescriptor.Marshaller<Q> requests)
      implements MethodDescriptor.Marshaller<Q> {
    @Override
    public Q parse(InputStream bytes) {
      byte[] request;
      try {
        request = bytes.readNBytes(MAX_BYTES + 1);
      } catch (IOException e) {
        // As protobuf's marshallers do it.
        throw Status.INTERNAL.withCause(new InvalidProtocolBufferException(e)).asRuntimeException();
      }
      if (request.length > MAX_BYTES) {
        throw tooLarge();
      }
      return requests.parse(new ByteArrayInputStream(request));
    }

    @Override
    public InputStream stream(Q request) {
      return requests.stream(request);
    }
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    RefusableCall<Q, R> refusable = new RefusableCall<>(call);
    Received received = RECEIVED.get();
    if (received != null) {
      received.call = refusable;
    }
    return refusable.untilRefused(next.startCall(refusable, headers));
  }

  private static StatusRuntimeException tooLarge() {
    return Status.RESOURCE_EXHAUSTED
        .withDescription("a request of this service has at most " + MAX_BYTES + " bytes")
        .asRuntimeException();
  }

  /** Counts what a call has received. Used on the thread of its connection, except the call. */
  private static final class Received extends ServerStreamTracer {
    private volatile @Nullable RefusableCall<?, ?> call;
    private long bytes;

    @Override
    public Context filterContext(Context context) {
      return context.withValue(RECEIVED, this);
    }

    @Override
    public void inboundWireSize(long more) {
      bytes += more;
      RefusableCall<?, ?> receiving = call;
      if (bytes > MAX_BYTES && receiving != null) {
        receiving.refuse(tooLarge());
      }
    }
  }
}
