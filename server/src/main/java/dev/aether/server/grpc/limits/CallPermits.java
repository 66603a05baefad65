package dev.aether.server.grpc.limits;

import dev.aether.server.event.StoreException;
import io.grpc.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What one call holds of the node's capacity until it ends. Thread-safe. */
public final class CallPermits {
  private static final Context.Key<CallPermits> KEY = Context.key("aether-permits");

  private final ConnectionUsage connection;

  /** Guarded by this, like the next field. */
  private final List<ConnectionUsage.Permit> held = new ArrayList<>();

  private boolean ended;

  CallPermits(ConnectionUsage connection) {
    this.connection = connection;
  }

  /** The permits of the current call. */
  public static CallPermits current() {
    return Objects.requireNonNull(KEY.get(), "not within a call");
  }

  /** A context in which {@link #current} returns this object. */
  Context in(Context context) {
    return context.withValue(KEY, this);
  }

  /**
   * Admits a cursor that the call keeps until it ends.
   *
   * @param elements its positions, fingerprints and the like
   * @throws StoreException.Overloaded if the connection has reached its limit
   */
  public void admitCursor(long elements) {
    if (elements > NodeLimits.FREE_CURSOR_ELEMENTS) {
      add(connection.admitCursor(elements));
    }
  }

  /** Holds a permit until the call ends, or releases it if it has ended. */
  void add(ConnectionUsage.Permit permit) {
    synchronized (this) {
      if (!ended) {
        held.add(permit);
        return;
      }
    }
    permit.release();
  }

  /** Releases what the call holds. */
  void end() {
    List<ConnectionUsage.Permit> released;
    synchronized (this) {
      ended = true;
      released = List.copyOf(held);
      held.clear();
    }
    released.forEach(ConnectionUsage.Permit::release);
  }
}
