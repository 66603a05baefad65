package dev.aether.server.grpc.saves;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Lets services see whether gRPC itself has sent a request before, from the header
 * grpc-previous-rpc-attempts (gRFC A6).
 */
public final class PreviousAttempts implements ServerInterceptor {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("grpc-previous-rpc-attempts", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Boolean> RESENT = Context.key("aether-resent");

  /** Whether the current call is a retry by gRPC. */
  static boolean any() {
    return Boolean.TRUE.equals(RESENT.get());
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String attempts = headers.get(HEADER);
    return attempts == null || attempts.equals("0")
        ? next.startCall(call, headers)
        : Contexts.interceptCall(Context.current().withValue(RESENT, true), call, headers, next);
  }
}
