package dev.aether.server.grpc.access;

import com.google.protobuf.Message;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.access.RpcRights.Demand;
import dev.aether.server.grpc.access.RpcRights.Need;
import dev.aether.server.grpc.errors.RefusableCall;
import dev.aether.server.grpc.errors.StatusMapper;
import dev.aether.server.security.AccessRules;
import dev.aether.server.security.AuditLog;
import dev.aether.server.security.Credentials;
import dev.aether.server.security.Right;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a call through only if its caller has the right that it needs. Calls that last are checked
 * again, and ended if the right was withdrawn or the credentials are no longer valid. Thread-safe.
 */
public final class AccessControl implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String BEARER = "Bearer ";

  private static final Logger LOG = LoggerFactory.getLogger(AccessControl.class);

  /**
   * The time for a call to end after its right was withdrawn: more than a stream of saves needs to
   * answer those that it has begun. Afterwards it is cancelled, since its client may not read.
   */
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(15);

  private final AccessRules rules;

  /** The calls that may last. As many as the node's limits admit. */
  private final Set<Guarded<?, ?>> lasting = ConcurrentHashMap.newKeySet();

  private volatile long checkedRevision;

  public AccessControl(AccessRules rules) {
    this.rules = rules;
    checkedRevision = rules.revision();
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    Optional<Need> need = RpcRights.of(method);
    if (need.isPresent() && need.get() instanceof Need.Nothing) {
      return next.startCall(call, headers);
    }
    long revision = rules.revision();
    Caller.Known caller;
    String address = String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
    try {
      caller = new Caller.Known(rules, credentials(call, headers), address);
      if (need.isEmpty()) {
        throw StoreException.permissionDenied(
            caller.identity().toString(), StoreException.ANY_RIGHT, method);
      }
    } catch (StoreException refused) {
      AuditLog.call(refused.reason().name(), "", address, method, "");
      new RefusableCall<>(call).refuse(StatusMapper.toStatus(refused));
      return new ServerCall.Listener<>() {};
    }
    Guarded<Q, R> guarded = new Guarded<>(call, caller);
    ServerCall.Listener<Q> listener = guarded.start(headers, next);
    if (rules.revision() != revision) {
      // The files changed before the call was among those that are checked again.
      guarded.checkAgain();
    }
    return listener;
  }

  private static Credentials credentials(ServerCall<?, ?> call, Metadata headers) {
    return new Credentials(bearer(headers), certificates(call));
  }

  private static Optional<String> bearer(Metadata headers) {
    String value = headers.get(AUTHORIZATION);
    if (value == null) {
      return Optional.empty();
    }
    if (!value.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw StoreException.unauthenticated("the header authorization must be: Bearer TOKEN");
    }
    return Optional.of(value.substring(BEARER.length()).strip());
  }

  private static List<X509Certificate> certificates(ServerCall<?, ?> call) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    try {
      return session == null
          ? List.of()
          : Stream.of(session.getPeerCertificates())
              .filter(X509Certificate.class::isInstance)
              .map(X509Certificate.class::cast)
              .toList();
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }

  /** Ends the lasting calls that are no longer allowed. Call it regularly. */
  public void checkAgain() {
    long revision = rules.revision();
    boolean changed = revision != checkedRevision;
    for (Guarded<?, ?> call : lasting) {
      if (changed || call.isWithdrawn() || rules.isExpired(call.caller.identity())) {
        try {
          call.checkAgain();
        } catch (RuntimeException e) {
          LOG.error("a call could not be checked again because of a bug in this server", e);
        }
      }
    }
    checkedRevision = revision;
  }

  /** A call of a caller with an identity. */
  private final class Guarded<Q, R> {
    private final RefusableCall<Q, R> call;
    private final Caller.Known caller;
    private final MethodDescriptor<Q, R> method;

    /** Ends the call although its client does not read. */
    private final Runnable cancel = CancellableCalls.current();

    /** What the only request of the call needs; null until it arrives, and for streams. */
    private volatile @Nullable Demand demand;

    /** When its right was withdrawn, as {@link System#nanoTime}; null before that. */
    private final AtomicReference<@Nullable Long> withdrawn = new AtomicReference<>();

    Guarded(ServerCall<Q, R> call, Caller.Known caller) {
      this.call = new RefusableCall<>(new Audited<>(call, this::ended));
      this.caller = caller;
      method = call.getMethodDescriptor();
    }

    /** Records the end of an administrative call. Refused calls were recorded before. */
    private void ended(Status status) {
      Demand known = demand;
      if (known != null
          && known.need() instanceof Need.RightOn right
          && right.right() == Right.ADMIN) {
        caller.audit(status.getCode().name(), method.getFullMethodName(), known.namespaces());
      }
    }

    boolean isWithdrawn() {
      return withdrawn.get() != null;
    }

    void checkAgain() {
      Long since = withdrawn.get();
      if (since != null) {
        if (System.nanoTime() - since > ENDS_WITHIN.toNanos()) {
          cancel.run();
        }
        return;
      }
      Demand known = demand;
      try {
        caller.identifyAgain();
        if (known != null) {
          caller.check(known);
        }
      } catch (StoreException refused) {
        if (withdrawn.compareAndSet(null, System.nanoTime())) {
          withdraw(refused, known);
        }
      }
    }

    private void withdraw(StoreException refused, @Nullable Demand known) {
      caller.audit(
          refused.reason().name(),
          method.getFullMethodName(),
          known == null ? "" : known.namespaces());
      if (!caller.withdraw(refused)) {
        call.refuse(StatusMapper.toStatus(refused));
      }
    }

    private void check(Q message) {
      // A request that cannot be decoded arrives as another type, and is refused by its service.
      if (method.getType().clientSendsOneMessage() && message instanceof Message request) {
        // Known before it is checked, so that a change of the files in between is seen later.
        Demand asked = RpcRights.demand(method.getFullMethodName(), request);
        demand = asked;
        caller.check(method.getFullMethodName(), asked);
      }
    }

    ServerCall.Listener<Q> start(Metadata headers, ServerCallHandler<Q, R> next) {
      ServerCall.Listener<Q> service =
          Contexts.interceptCall(caller.in(Context.current()), call, headers, next);
      if (!method.getType().serverSendsOneMessage()) {
        lasting.add(this);
      }
      return listener(service);
    }

    private ServerCall.Listener<Q> listener(ServerCall.Listener<Q> started) {
      return new ServerCall.Listener<>() {
        private ServerCall.Listener<Q> service = started;

        @Override
        public void onMessage(Q message) {
          if (call.isRefused()) {
            return;
          }
          try {
            check(message);
          } catch (StoreException why) {
            call.refuse(StatusMapper.toStatus(why));
            ServerCall.Listener<Q> before = service;
            service = new ServerCall.Listener<>() {};
            before.onCancel();
          }
          service.onMessage(message);
        }

        @Override
        public void onHalfClose() {
          service.onHalfClose();
        }

        @Override
        public void onReady() {
          service.onReady();
        }

        @Override
        public void onComplete() {
          lasting.remove(Guarded.this);
          if (call.isRefused()) {
            service.onCancel();
          } else {
            service.onComplete();
          }
        }

        @Override
        public void onCancel() {
          lasting.remove(Guarded.this);
          service.onCancel();
        }
      };
    }
  }

  /** Tells with which status a call was closed. */
  private static final class Audited<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final Consumer<Status> end;

    Audited(ServerCall<Q, R> call, Consumer<Status> end) {
      super(call);
      this.end = end;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      end.accept(status);
      super.close(status, trailers);
    }
  }
}
