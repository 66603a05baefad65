package dev.aether.server.grpc;

import com.google.protobuf.MessageLite;
import io.grpc.Context;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one call has sent and its client has not taken: it lies in Netty's buffers, counted in what
 * the connection and the node may hold. For any number of threads.
 */
final class Outgoing {
  private static final Context.Key<Outgoing> KEY = Context.key("aether-outgoing");

  /** gRPC takes a buffer of whole pages for each message, however small it is. */
  static final int PAGE = 4096;

  /** Of gRPC's message, before its bytes. */
  private static final int PREFIX = 5;

  private final Connection connection;

  /** Guarded by this. */
  private long held;

  /** Guarded by this. */
  private boolean ended;

  /** Room that is set aside for the next message, counted in the connection's. Guarded by this. */
  private long promised;

  private @Nullable Runnable asks;

  Outgoing(Connection connection) {
    this.connection = connection;
  }

  /** The current call's. */
  static Outgoing current() {
    return Objects.requireNonNull(KEY.get(), "no call");
  }

  /** A context in which this is the current call's. */
  Context in(Context context) {
    return context.withValue(KEY, this);
  }

  Connection connection() {
    return connection;
  }

  /** What a message takes. */
  static long cost(Object message) {
    return cost(message instanceof MessageLite known ? known.getSerializedSize() : 0);
  }

  private static long cost(long bytes) {
    return (bytes + PREFIX + PAGE - 1) / PAGE * PAGE;
  }

  /** Counts what is sent, whatever there is room for. */
  synchronized void add(long cost) {
    if (!ended) {
      held += cost;
      connection.outgoing().takeAnyway(cost);
    }
  }

  /** Counts nothing any more of what was sent. What that was is to be given back. */
  synchronized long takenAll() {
    long taken = held;
    held = 0;
    return taken;
  }

  /**
   * Asks for room for a message, at most once at a time.
   *
   * @param then is run when there is; from any thread
   */
  void awaitRoom(int bytes, Runnable then) {
    // Else the connection would wait for what it holds itself.
    giveBack(keptPromise());
    long cost = cost(bytes);
    Runnable promise =
        () -> {
          promise(cost);
          then.run();
        };
    synchronized (this) {
      if (ended) {
        return;
      }
      asks = promise;
    }
    if (connection.outgoing().takeOrWait(cost, promise)) {
      promise.run();
    }
  }

  private void promise(long cost) {
    synchronized (this) {
      asks = null;
      if (!ended) {
        promised = cost;
        return;
      }
    }
    giveBack(cost);
  }

  /** A message went out: what was promised for it is counted as sent now. */
  synchronized long keptPromise() {
    long kept = promised;
    promised = 0;
    return kept;
  }

  /** Not under a lock: whoever waits for room goes on here. */
  void giveBack(long taken) {
    if (taken > 0) {
      connection.outgoing().release(taken);
    }
  }

  /** The call has ended, and nothing of it is held. */
  void end() {
    Runnable waits;
    synchronized (this) {
      ended = true;
      waits = asks;
    }
    if (waits != null) {
      connection.outgoing().stopWaiting(waits);
    }
    giveBack(keptPromise());
    giveBack(takenAll());
  }

  /**
   * Bytes that the next message may have: a page at least, so that no call waits for what others of
   * its connection don't take.
   */
  synchronized int room() {
    if (promised > 0) {
      return (int) promised - PREFIX;
    }
    long room = connection.outgoing().room() - PREFIX;
    return (int) Math.max(PAGE - PREFIX, Math.min(Integer.MAX_VALUE, room));
  }
}
