package dev.aether.testkit;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Records the method names of a client's calls, in order. */
public final class CallLog implements ClientInterceptor {
  private final Queue<String> made = new ConcurrentLinkedQueue<>();

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    made.add(String.valueOf(method.getBareMethodName()));
    return next.newCall(method, options);
  }

  /** The calls since the last {@link #clear}. */
  public List<String> all() {
    return List.copyOf(made);
  }

  /** Clears the log. */
  public void clear() {
    made.clear();
  }
}
