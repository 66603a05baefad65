package dev.aether.client.retry;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The names of the methods that a client calls, in order. */
final class SentCalls implements ClientInterceptor {
  private final List<String> methods = new CopyOnWriteArrayList<>();

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    methods.add(method.getBareMethodName());
    return next.newCall(method, options);
  }

  List<String> methods() {
    return List.copyOf(methods);
  }
}
