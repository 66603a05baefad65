package dev.aether.server.grpc.limits;

import com.google.protobuf.MessageLite;
import io.grpc.Context;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one call has sent but its client has not read. It is in Netty's buffers and counts towards
 * the limits of the connection and the node. Thread-safe.
 */
public final class UnreadResponses {
  private static final Context.Key<UnreadResponses> KEY = Context.key("aether-unread");

  /** gRPC allocates whole pages of this size for each message, however small. */
  public static final int PAGE = 4096;

  /** Bytes before each gRPC message. */
  private static final int PREFIX = 5;

  private final ConnectionUsage connection;

  /** Guarded by this. */
  private long held;

  /** Guarded by this. */
  private boolean ended;

  /**
   * Room that is reserved for the next message and counts as held by the connection. Guarded by
   * this.
   */
  private long reserved;

  /** What waits for room. Guarded by this. */
  private @Nullable Runnable waiter;

  UnreadResponses(ConnectionUsage connection) {
    this.connection = connection;
  }

  /** The unread responses of the current call. */
  public static UnreadResponses current() {
    return Objects.requireNonNull(KEY.get(), "not within a call");
  }

  /** A context in which {@link #current} returns this object. */
  Context in(Context context) {
    return context.withValue(KEY, this);
  }

  public ConnectionUsage connection() {
    return connection;
  }

  /** The memory that a message takes. */
  static long cost(Object message) {
    return cost(message instanceof MessageLite known ? known.getSerializedSize() : 0);
  }

  private static long cost(long bytes) {
    return (bytes + PREFIX + PAGE - 1) / PAGE * PAGE;
  }

  /** Counts what is sent, even if it exceeds the limit. */
  synchronized void add(long cost) {
    if (!ended) {
      held += cost;
      connection.unreadBytes().takeAnyway(cost);
    }
  }

  /** Stops counting what was sent, and returns how much it was. The caller must give it back. */
  synchronized long clearSent() {
    long taken = held;
    held = 0;
    return taken;
  }

  /**
   * Reserves room for a message. Only one reservation may be pending at a time.
   *
   * @param then is run on any thread when the room is reserved
   */
  public void awaitRoom(int bytes, Runnable then) {
    // Otherwise the connection would wait for what it holds itself.
    giveBack(takeReservation());
    long cost = cost(bytes);
    Runnable onRoom =
        () -> {
          reserve(cost);
          then.run();
        };
    synchronized (this) {
      if (ended) {
        return;
      }
      waiter = onRoom;
    }
    if (connection.unreadBytes().takeOrWait(cost, onRoom)) {
      onRoom.run();
    }
  }

  private void reserve(long cost) {
    synchronized (this) {
      waiter = null;
      if (!ended) {
        reserved = cost;
        return;
      }
    }
    giveBack(cost);
  }

  /** Ends the reservation and returns its size, which the caller must give back. */
  synchronized long takeReservation() {
    long kept = reserved;
    reserved = 0;
    return kept;
  }

  /** Must not be called under a lock: calls that wait for room continue here. */
  void giveBack(long taken) {
    if (taken > 0) {
      connection.unreadBytes().release(taken);
    }
  }

  /** Gives back everything that the call holds when it ends. */
  void end() {
    Runnable waits;
    synchronized (this) {
      ended = true;
      waits = waiter;
    }
    if (waits != null) {
      connection.unreadBytes().stopWaiting(waits);
    }
    giveBack(takeReservation());
    giveBack(clearSent());
  }

  /**
   * The largest size in bytes that the next message may have: at least a page, so that no call has
   * to wait because other calls' clients on its connection do not read.
   */
  public synchronized int room() {
    if (reserved > 0) {
      return (int) reserved - PREFIX;
    }
    long room = connection.unreadBytes().room() - PREFIX;
    return (int) Math.max(PAGE - PREFIX, Math.min(Integer.MAX_VALUE, room));
  }
}
