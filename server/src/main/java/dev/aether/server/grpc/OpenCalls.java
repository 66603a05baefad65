package dev.aether.server.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;

/**
 * Counts the calls of Aether's own services. A server that shuts down waits for these, but not for
 * health watches, which never end by themselves. Thread-safe.
 */
final class OpenCalls implements ServerInterceptor {
  private static final String OURS = "aether.";

  /** Guarded by this. */
  private int open;

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (!call.getMethodDescriptor().getFullMethodName().startsWith(OURS)) {
      return next.startCall(call, headers);
    }
    begun();
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      @Override
      public void onComplete() {
        ended();
        super.onComplete();
      }

      @Override
      public void onCancel() {
        ended();
        super.onCancel();
      }
    };
  }

  private synchronized void begun() {
    open++;
  }

  private synchronized void ended() {
    open--;
    if (open == 0) {
      notifyAll();
    }
  }

  /** Waits until no call is open and all responses were sent, but no longer than {@code atMost}. */
  synchronized void awaitNone(Duration atMost) throws InterruptedException {
    long giveUpAt = System.nanoTime() + atMost.toNanos();
    for (long left = atMost.toMillis(); open > 0 && left > 0; ) {
      wait(left);
      left = (giveUpAt - System.nanoTime()) / 1_000_000;
    }
  }
}
