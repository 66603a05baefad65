package dev.aether.server.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Adds what is wrong with this node to the answers of the health service, whose messages have no
 * room for it: as the header {@code aether-conditions}, which is left out if nothing is wrong.
 * Thread-safe.
 */
final class HealthConditions implements ServerInterceptor {
  /** The header. Its value is text for people. */
  static final Metadata.Key<String> HEADER =
      Metadata.Key.of("aether-conditions", Metadata.ASCII_STRING_MARSHALLER);

  /** Enough for all conditions at once. */
  private static final int MAX_CHARS = 2_000;

  private volatile String wrong = "";

  /** Sets what is wrong, as text for people; empty if nothing is. */
  void set(String text) {
    String printable = text.replaceAll("[^ -~]", "?");
    wrong = printable.substring(0, Math.min(printable.length(), MAX_CHARS)).strip();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendHeaders(Metadata answer) {
            String now = wrong;
            if (!now.isEmpty()) {
              answer.put(HEADER, now);
            }
            super.sendHeaders(answer);
          }
        },
        headers);
  }
}
