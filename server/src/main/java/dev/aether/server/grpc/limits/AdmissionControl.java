package dev.aether.server.grpc.limits;

import dev.aether.server.concurrent.DeadlineScheduler;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.access.Caller;
import dev.aether.server.grpc.errors.RefusableCall;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.security.ClientLimits;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Admits each call within the limits of its connection and its caller or refuses it, and counts
 * what the call sends until the client reads it. Thread-safe.
 */
public final class AdmissionControl implements ServerInterceptor {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final String SUBSCRIBE = EventBusGrpc.getSubscribeMethod().getFullMethodName();
  private static final String SAVE_STREAM =
      EventStoreGrpc.getSaveEventsStreamMethod().getFullMethodName();

  private final IdentityUsages identities;
  private final DeadlineScheduler deadlines;
  private final Duration requestTimeout;

  /**
   * @param deadlines ends calls whose request does not arrive in time
   */
  public AdmissionControl(ClientLimits limits, DeadlineScheduler deadlines) {
    identities = new IdentityUsages(limits.identities());
    this.deadlines = deadlines;
    requestTimeout = limits.connections().request();
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    ConnectionUsage connection = ConnectionUsage.of(call.getAttributes());
    MethodDescriptor<Q, R> method = call.getMethodDescriptor();
    IdentityUsages.Admitted identity;
    ConnectionUsage.Permit permit;
    try {
      identity = admit(method);
      try {
        permit = connection.admit(kind(method.getFullMethodName()));
      } catch (StoreException.Overloaded refused) {
        identity.permit().release();
        throw refused;
      }
    } catch (StoreException.Overloaded refused) {
      new RefusableCall<>(call).refuse(StatusMapper.toStatus(refused));
      return new ServerCall.Listener<>() {};
    }
    CallPermits permits = new CallPermits(connection);
    permits.add(permit);
    permits.add(identity.permit());
    CountedCall<Q, R> counted = new CountedCall<>(call, new UnreadResponses(connection), permits);
    boolean hasOneRequest = method.getType().clientSendsOneMessage();
    Runnable received =
        UnfinishedRequests.limit(
            connection.unfinishedBytes(),
            hasOneRequest,
            () -> counted.refuse(StatusMapper.toStatus(connection.unfinishedBytesExceeded())));
    try {
      Context context = identity.usage().in(permits.in(counted.unread.in(Context.current())));
      ServerCall.Listener<Q> listener =
          counted.listen(Contexts.interceptCall(context, counted, headers, next), received);
      return hasOneRequest ? inTime(counted, listener) : listener;
    } catch (RuntimeException | Error e) {
      counted.end();
      throw e;
    }
  }

  private IdentityUsages.Admitted admit(MethodDescriptor<?, ?> method) {
    Optional<String> name = Caller.current().name();
    return name.isEmpty()
        ? IdentityUsages.NOBODY
        : identities.admit(name.get(), identityKind(method));
  }

  private static IdentityUsage.Kind identityKind(MethodDescriptor<?, ?> method) {
    if (method.getFullMethodName().equals(SUBSCRIBE)) {
      return IdentityUsage.Kind.SUBSCRIPTION;
    }
    return Caller.isRead(method) ? IdentityUsage.Kind.READ : IdentityUsage.Kind.OTHER;
  }

  /** Ends a call if its request, and the end of its client's side, do not arrive in time. */
  private <Q, R> ServerCall.Listener<Q> inTime(
      CountedCall<Q, R> call, ServerCall.Listener<Q> service) {
    TimedRequest<Q> timed = new TimedRequest<>(service);
    timed.deadline =
        deadlines.at(
            System.nanoTime() + requestTimeout.toNanos(),
            () -> {
              if (timed.request.compareAndSet(Request.AWAITED, Request.LATE)) {
                call.refuse(StatusMapper.toStatus(lateRequest()));
              }
            });
    return timed;
  }

  private StoreException.Overloaded lateRequest() {
    return new StoreException.Overloaded(
        "--request-timeout",
        "the time until a request arrives, limited to " + requestTimeout.toSeconds() + " s",
        RETRY_AFTER);
  }

  private static ConnectionUsage.Kind kind(String method) {
    if (method.equals(SUBSCRIBE)) {
      return ConnectionUsage.Kind.SUBSCRIPTION;
    }
    return method.equals(SAVE_STREAM)
        ? ConnectionUsage.Kind.SAVE_STREAM
        : ConnectionUsage.Kind.OTHER;
  }

  private enum Request {
    AWAITED,
    ARRIVED,
    LATE
  }

  /**
   * Passes on the request of a call unless its time has passed. It has arrived when the client has
   * ended its side of the call: gRPC holds the message until then, and the service does not see it.
   */
  private static final class TimedRequest<Q> extends SimpleForwardingServerCallListener<Q> {
    final AtomicReference<Request> request = new AtomicReference<>(Request.AWAITED);
    DeadlineScheduler.@Nullable Deadline deadline;

    TimedRequest(ServerCall.Listener<Q> service) {
      super(service);
    }

    @Override
    public void onMessage(Q message) {
      if (request.get() != Request.LATE) {
        super.onMessage(message);
      }
    }

    @Override
    public void onHalfClose() {
      if (isInTime()) {
        super.onHalfClose();
      }
    }

    @Override
    public void onComplete() {
      if (isInTime()) {
        super.onComplete();
      } else {
        super.onCancel();
      }
    }

    @Override
    public void onCancel() {
      var unused = isInTime();
      super.onCancel();
    }

    /** Stops the clock. */
    private boolean isInTime() {
      DeadlineScheduler.Deadline pending = deadline;
      if (request.compareAndSet(Request.AWAITED, Request.ARRIVED) && pending != null) {
        pending.cancel();
      }
      return request.get() == Request.ARRIVED;
    }
  }

  /**
   * A call whose messages are counted. It is ready when the transport has taken everything it has
   * sent, since only then is it known exactly what it holds.
   */
  private static final class CountedCall<Q, R> extends RefusableCall<Q, R> {
    final UnreadResponses unread;
    private final CallPermits permits;
    private final boolean unary;
    private final AtomicBoolean ended = new AtomicBoolean();

    CountedCall(ServerCall<Q, R> call, UnreadResponses unread, CallPermits permits) {
      super(call);
      this.unread = unread;
      this.permits = permits;
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
          refuse(StatusMapper.toStatus(unread.connection().unreadBytesExceeded()));
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

    /**
     * @param received is run when the client has ended its side of the call
     */
    ServerCall.Listener<Q> listen(ServerCall.Listener<Q> listener, Runnable received) {
      return new SimpleForwardingServerCallListener<>(untilRefused(listener)) {
        @Override
        public void onHalfClose() {
          received.run();
          super.onHalfClose();
        }

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
        permits.end();
      }
    }
  }
}
