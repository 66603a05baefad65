package dev.aether.server.grpc.limits;

import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Admits each call within its connection's limits or refuses it, and counts what the call sends
 * until the client reads it. Thread-safe.
 */
public final class AdmissionControl implements ServerInterceptor {
  private static final String SUBSCRIBE = EventBusGrpc.getSubscribeMethod().getFullMethodName();
  private static final String SAVE_STREAM =
      EventStoreGrpc.getSaveEventsStreamMethod().getFullMethodName();

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    ConnectionUsage connection = ConnectionUsage.of(call.getAttributes());
    ConnectionUsage.Permit permit;
    try {
      permit = connection.admit(kind(call.getMethodDescriptor().getFullMethodName()));
    } catch (StoreException.Overloaded refused) {
      close(call, refused);
      return new ServerCall.Listener<>() {};
    }
    CountedCall<Q, R> counted = new CountedCall<>(call, new UnreadResponses(connection), permit);
    try {
      return counted.listen(
          Contexts.interceptCall(counted.unread.in(Context.current()), counted, headers, next));
    } catch (RuntimeException | Error e) {
      counted.end();
      throw e;
    }
  }

  private static ConnectionUsage.Kind kind(String method) {
    if (method.equals(SUBSCRIBE)) {
      return ConnectionUsage.Kind.SUBSCRIPTION;
    }
    return method.equals(SAVE_STREAM)
        ? ConnectionUsage.Kind.SAVE_STREAM
        : ConnectionUsage.Kind.OTHER;
  }

  private static void close(ServerCall<?, ?> call, StoreException why) {
    StatusRuntimeException status = StatusMapper.toStatus(why);
    call.close(
        status.getStatus(), Optional.ofNullable(status.getTrailers()).orElseGet(Metadata::new));
  }

  /**
   * A call whose messages are counted. It is ready when the transport has taken everything it has
   * sent, since only then is it known exactly what it holds.
   */
  private static final class CountedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    final UnreadResponses unread;
    private final ConnectionUsage.Permit permit;
    private final boolean unary;
    private final AtomicBoolean ended = new AtomicBoolean();

    /** A unary response exceeded the limit, and an error was sent in its permit. */
    private boolean refused;

    CountedCall(ServerCall<Q, R> call, UnreadResponses unread, ConnectionUsage.Permit permit) {
      super(call);
      this.unread = unread;
      this.permit = permit;
      unary = call.getMethodDescriptor().getType().serverSendsOneMessage();
      if (!unary) {
        call.setOnReadyThreshold(1);
      }
    }

    @Override
    public void sendMessage(R message) {
      long cost = UnreadResponses.cost(message);
      if (unary) {
        if (cost > UnreadResponses.PAGE && unread.connection().unreadBytes().room() < cost) {
          refused = true;
          AdmissionControl.close(delegate(), unread.connection().unreadBytesExceeded());
          return;
        }
        unread.add(cost);
        super.sendMessage(message);
        return;
      }
      // Under the lock that onReady holds when it checks whether everything was taken.
      synchronized (unread) {
        unread.add(cost);
        super.sendMessage(message);
      }
      unread.giveBack(unread.takeReservation());
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (!refused) {
        super.close(status, trailers);
      }
    }

    ServerCall.Listener<Q> listen(ServerCall.Listener<Q> listener) {
      return new SimpleForwardingServerCallListener<>(listener) {
        @Override
        public void onReady() {
          long taken = 0;
          synchronized (unread) {
            if (!unary && isReady()) {
              taken = unread.clearSent();
            }
          }
          unread.giveBack(taken);
          super.onReady();
        }

        @Override
        public void onComplete() {
          end();
          super.onComplete();
        }

        @Override
        public void onCancel() {
          end();
          super.onCancel();
        }
      };
    }

    void end() {
      if (ended.compareAndSet(false, true)) {
        unread.end();
        permit.release();
      }
    }
  }
}
