package dev.aether.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannelBuilder;
import io.grpc.MethodDescriptor;
import java.util.concurrent.atomic.AtomicBoolean;

/** An interceptor that throws an exception at each call but the first. */
final class InterceptsOnce implements ClientInterceptor {
  private final AtomicBoolean used = new AtomicBoolean();

  static void addTo(ManagedChannelBuilder<?> channel) {
    channel.intercept(new InterceptsOnce());
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    if (used.getAndSet(true)) {
      throw new IllegalStateException("not on this thread");
    }
    return next.newCall(method, options);
  }
}
