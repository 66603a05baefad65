package dev.aether.server.grpc.access;

import com.google.protobuf.Message;
import dev.aether.server.event.StoreException;
import dev.aether.server.grpc.access.RpcRights.Demand;
import dev.aether.server.grpc.access.RpcRights.Need;
import dev.aether.server.security.AccessRules;
import dev.aether.server.security.AuditLog;
import dev.aether.server.security.Credentials;
import dev.aether.server.security.Identity;
import dev.aether.server.security.Right;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who makes a call, and what the caller may do. Thread-safe. */
public abstract sealed class Caller {
  private static final Context.Key<Caller> CURRENT =
      Context.keyWithDefault("aether-caller", new Anybody());

  private Caller() {}

  /** The caller of the current call. Without authentication, everybody may do everything. */
  public static Caller current() {
    return CURRENT.get();
  }

  /** Whether an RPC only reads what is stored. */
  public static boolean isRead(MethodDescriptor<?, ?> method) {
    return RpcRights.of(method.getFullMethodName())
        .map(need -> need instanceof Need.RightOn on && on.right() == Right.READ)
        .orElse(false);
  }

  /** The name under which the caller is counted; empty without authentication. */
  public abstract Optional<String> name();

  /** Whether the caller may know of a namespace. */
  public abstract boolean sees(String namespace);

  /** Whether the caller may read a namespace. */
  public abstract boolean reads(String namespace);

  /**
   * Checks one request of a stream.
   *
   * @param method the full name of the RPC
   * @throws StoreException with the reason PERMISSION_DENIED
   */
  public abstract void check(String method, Message request);

  /**
   * Lets the service end the current call in its own way when the caller's credentials are no
   * longer valid. Otherwise the call is closed at once.
   */
  public abstract void onWithdrawn(Consumer<StoreException> end);

  private static final class Anybody extends Caller {
    @Override
    public Optional<String> name() {
      return Optional.empty();
    }

    @Override
    public boolean sees(String namespace) {
      return true;
    }

    @Override
    public boolean reads(String namespace) {
      return true;
    }

    @Override
    public void check(String method, Message request) {}

    @Override
    public void onWithdrawn(Consumer<StoreException> end) {}
  }

  /** A caller with an identity. */
  static final class Known extends Caller {
    private final AccessRules rules;
    private final Credentials credentials;
    private final String address;
    private volatile Identity identity;
    private volatile @Nullable Consumer<StoreException> end;

    /**
     * @param address where the call comes from
     * @throws StoreException with the reason UNAUTHENTICATED if the credentials are not valid
     */
    Known(AccessRules rules, Credentials credentials, String address) {
      this.rules = rules;
      this.credentials = credentials;
      this.address = address;
      identity = rules.identify(credentials);
    }

    @Override
    public Optional<String> name() {
      return Optional.of(identity.names().get(0));
    }

    Context in(Context context) {
      return context.withValue(CURRENT, this);
    }

    Identity identity() {
      return identity;
    }

    /**
     * Identifies the caller again, since credentials expire and files change.
     *
     * @throws StoreException with the reason UNAUTHENTICATED if the credentials are no longer valid
     */
    void identifyAgain() {
      identity = rules.identify(credentials);
    }

    @Override
    public void onWithdrawn(Consumer<StoreException> end) {
      this.end = end;
    }

    /** Lets the service end the call; false if it leaves that to others. */
    boolean withdraw(StoreException why) {
      Consumer<StoreException> service = end;
      if (service != null) {
        service.accept(why);
      }
      return service != null;
    }

    @Override
    public boolean sees(String namespace) {
      return rules.shows(identity, namespace);
    }

    @Override
    public boolean reads(String namespace) {
      return rules.allows(identity, Right.READ, namespace);
    }

    @Override
    public void check(String method, Message request) {
      check(method, RpcRights.demand(method, request));
    }

    /** Checks what a request needs, and records a refusal. */
    void check(String method, Demand demand) {
      try {
        check(demand);
      } catch (StoreException refused) {
        audit(refused.reason().name(), method, demand.namespaces());
        throw refused;
      }
    }

    void audit(String outcome, String method, String namespaces) {
      AuditLog.call(outcome, identity.toString(), address, method, namespaces);
    }

    /**
     * Checks what a request needs.
     *
     * @throws StoreException with the reason PERMISSION_DENIED
     */
    void check(Demand demand) {
      String on = demand.namespaces();
      if (demand.need() instanceof Need.RightOn right
          && !rules.allows(identity, right.right(), on)) {
        throw StoreException.permissionDenied(identity.toString(), right.right().text(), on);
      }
      if (demand.need() instanceof Need.AnyRight && !rules.shows(identity, on)) {
        throw StoreException.permissionDenied(identity.toString(), StoreException.ANY_RIGHT, on);
      }
    }
  }
}
