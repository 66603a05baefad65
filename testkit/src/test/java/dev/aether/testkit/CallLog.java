package dev.aether.testkit;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Which calls a client has made, by their methods' names, in order. */
public final class CallLog implements ClientInterceptor {
  private final Queue<String> made = new ConcurrentLinkedQueue<>();

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    made.add(String.valueOf(method.getBareMethodName()));
    return next.newCall(method, options);
  }

  /** Since the last {@link #clear}. */
  public List<String> all() {
    return List.copyOf(made);
  }

  /** Forgets them. */
  public void clear() {
    made.clear();
  }
}
