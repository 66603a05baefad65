package dev.aether.server.grpc.errors;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * A call that may be closed without its service's knowledge: whatever the service sends afterwards
 * is dropped. Whoever refuses it and the service may be on different threads. Thread-safe.
 */
public class RefusableCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
  /** Guarded by this. */
  private boolean closed;

  /** Guarded by this. */
  private boolean refused;

  public RefusableCall(ServerCall<Q, R> call) {
    super(call);
  }

  /** Closes the call with an error, unless it is closed. */
  public synchronized void refuse(StatusRuntimeException why) {
    if (!closed) {
      refused = true;
      Metadata trailers = Status.trailersFromThrowable(why);
      close(why.getStatus(), trailers == null ? new Metadata() : trailers);
    }
  }

  /** Passes on what the call receives, until it is refused: then its service sees it cancelled. */
  public SimpleForwardingServerCallListener<Q> untilRefused(ServerCall.Listener<Q> service) {
    return new SimpleForwardingServerCallListener<>(service) {
      @Override
      public void onMessage(Q message) {
        if (!isRefused()) {
          super.onMessage(message);
        }
      }

      @Override
      public void onHalfClose() {
        if (!isRefused()) {
          super.onHalfClose();
        }
      }

      @Override
      public void onComplete() {
        if (isRefused()) {
          super.onCancel();
        } else {
          super.onComplete();
        }
      }
    };
  }

  /** Whether it was refused. Its service must then see it as cancelled. */
  public synchronized boolean isRefused() {
    return refused;
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
