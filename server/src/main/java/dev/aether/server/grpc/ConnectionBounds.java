package dev.aether.server.grpc;

import dev.aether.server.event.StoreException;
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
final class ConnectionBounds implements ServerInterceptor {
  private static final String SUBSCRIBE = EventBusGrpc.getSubscribeMethod().getFullMethodName();
  private static final String SAVE_STREAM =
      EventStoreGrpc.getSaveEventsStreamMethod().getFullMethodName();

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Connection connection = Connection.of(call.getAttributes());
    Connection.Place place;
    try {
      place = connection.enter(kind(call.getMethodDescriptor().getFullMethodName()));
    } catch (StoreException.Overloaded refused) {
      close(call, refused);
      return new ServerCall.Listener<>() {};
    }
    CountedCall<Q, R> counted = new CountedCall<>(call, new Outgoing(connection), place);
    try {
      return counted.listen(
          Contexts.interceptCall(counted.outgoing.in(Context.current()), counted, headers, next));
    } catch (RuntimeException | Error e) {
      counted.end();
      throw e;
    }
  }

  private static Connection.Kind kind(String method) {
    if (method.equals(SUBSCRIBE)) {
      return Connection.Kind.SUBSCRIPTION;
    }
    return method.equals(SAVE_STREAM) ? Connection.Kind.SAVE_STREAM : Connection.Kind.OTHER;
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
    final Outgoing outgoing;
    private final Connection.Place place;
    private final boolean unary;
    private final AtomicBoolean ended = new AtomicBoolean();

    /** A unary response exceeded the limit, and an error was sent in its place. */
    private boolean refused;

    CountedCall(ServerCall<Q, R> call, Outgoing outgoing, Connection.Place place) {
      super(call);
      this.outgoing = outgoing;
      this.place = place;
      unary = call.getMethodDescriptor().getType().serverSendsOneMessage();
      if (!unary) {
        call.setOnReadyThreshold(1);
      }
    }

    @Override
    public void sendMessage(R message) {
      long cost = Outgoing.cost(message);
      if (unary) {
        if (cost > Outgoing.PAGE && outgoing.connection().outgoing().room() < cost) {
          refused = true;
          ConnectionBounds.close(delegate(), outgoing.connection().answersUntaken());
          return;
        }
        outgoing.add(cost);
        super.sendMessage(message);
        return;
      }
      // Under the lock that onReady holds when it checks whether everything was taken.
      synchronized (outgoing) {
        outgoing.add(cost);
        super.sendMessage(message);
      }
      outgoing.giveBack(outgoing.keptPromise());
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
          synchronized (outgoing) {
            if (!unary && isReady()) {
              taken = outgoing.takenAll();
            }
          }
          outgoing.giveBack(taken);
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
        outgoing.end();
        place.leave();
      }
    }
  }
}
