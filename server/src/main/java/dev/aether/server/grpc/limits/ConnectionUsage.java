package dev.aether.server.grpc.limits;

import dev.aether.server.event.StoreException;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What one client connection uses of the node's shared capacity. A connection of a proxy may carry
 * the calls of many clients. Thread-safe.
 */
public final class ConnectionUsage {
  private static final Attributes.Key<ConnectionUsage> KEY =
      Attributes.Key.create("aether-connection");
  private static final Duration RETRY_SAVE_AFTER = Duration.ofMillis(50);
  private static final Duration RETRY_CALL_AFTER = Duration.ofSeconds(1);

  /**
   * The most unanswered saves of all of a connection's streams: enough to keep JetStream busy, and
   * few enough that other clients do not wait long behind them.
   */
  public static final int STREAMED_SAVES = 256;

  /** The most streams that are resumed when a save ends, as capacity allows. */
  private static final int WOKEN_AT_ONCE = 2;

  private final String address;

  /** 0 for no limit of its own. */
  private final int maxSubscriptions;

  private final FairBudget.Holder saves;
  private final FairBudget.Holder saveBytes;
  private final FairBudget.Holder calls;
  private final FairBudget.Holder subscriptions;
  private final FairBudget.Holder saveStreams;
  private final FairBudget.Holder unreadBytes;
  private final FairBudget.Holder unfinishedBytes;
  private final FairBudget.Holder cursorElements;

  /** Unanswered saves from streams. */
  private final AtomicInteger streamed = new AtomicInteger();

  /** Streams that wait for capacity, each once, in order. */
  private final Set<Runnable> waiting = Collections.synchronizedSet(new LinkedHashSet<>());

  ConnectionUsage(NodeLimits node, String address, int maxSubscriptions) {
    this.address = address;
    this.maxSubscriptions = maxSubscriptions;
    saves = node.saves.new Holder();
    saveBytes = node.saveBytes.new Holder();
    calls = node.calls.new Holder();
    subscriptions = node.subscriptions.new Holder();
    saveStreams = node.saveStreams.new Holder();
    unreadBytes = node.unreadBytes.new Holder();
    unfinishedBytes = node.unfinishedBytes.new Holder();
    cursorElements = node.cursorElements.new Holder();
  }

  /**
   * Creates a {@code ConnectionUsage} for each transport.
   *
   * @param maxSubscriptions of one connection; 0 for as many as are free on the node
   */
  public static ServerTransportFilter each(NodeLimits node, int maxSubscriptions) {
    return new ServerTransportFilter() {
      @Override
      public Attributes transportReady(Attributes transport) {
        String address = text(transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        return transport.toBuilder()
            .set(KEY, new ConnectionUsage(node, address, maxSubscriptions))
            .build();
      }
    };
  }

  private static String text(@Nullable SocketAddress address) {
    return address instanceof InetSocketAddress internet && internet.getAddress() != null
        ? internet.getAddress().getHostAddress() + ":" + internet.getPort()
        : String.valueOf(address);
  }

  /** The client's address and port, as text for people. */
  public String address() {
    return address;
  }

  /** The connection of a call. */
  static ConnectionUsage of(Attributes call) {
    return Objects.requireNonNull(call.get(KEY), "the transport filter is not installed");
  }

  /** Kinds of calls, each with a limit of its own. */
  enum Kind {
    SUBSCRIPTION("subscriptions"),
    SAVE_STREAM("streams of saves"),
    OTHER("calls");

    final String plural;

    Kind(String plural) {
      this.plural = plural;
    }
  }

  /** One unit of capacity, held until it is left. */
  public interface Permit {
    void release();
  }

  /**
   * Admits a call.
   *
   * @throws StoreException.Overloaded if the connection has reached its limit
   */
  Permit admit(Kind kind) {
    FairBudget.Holder permits = permits(kind);
    if (kind == Kind.SUBSCRIPTION && maxSubscriptions > 0 && permits.held() >= maxSubscriptions) {
      throw new StoreException.Overloaded(
          "--max-subscriptions-per-connection",
          "open subscriptions on one connection, limited to " + maxSubscriptions,
          RETRY_CALL_AFTER);
    }
    if (!permits.take(1)) {
      throw overloaded("open " + kind.plural + " on one connection", permits, RETRY_CALL_AFTER);
    }
    return () -> permits.release(1);
  }

  private FairBudget.Holder permits(Kind kind) {
    return switch (kind) {
      case SUBSCRIPTION -> subscriptions;
      case SAVE_STREAM -> saveStreams;
      case OTHER -> calls;
    };
  }

  /**
   * Admits a save.
   *
   * @param bytes of memory that it holds until it is answered
   * @throws StoreException.Overloaded if the connection has reached its limit
   */
  public Permit admitSave(long bytes) {
    if (!saves.take(1)) {
      throw overloaded("unanswered saves on one connection", saves, RETRY_SAVE_AFTER);
    }
    if (!saveBytes.take(bytes)) {
      saves.release(1);
      throw overloaded("bytes of unanswered saves on one connection", saveBytes, RETRY_SAVE_AFTER);
    }
    return () -> {
      saveBytes.release(bytes);
      saves.release(1);
      wakeWaiting();
    };
  }

  /**
   * Whether a stream may read another save. Saves that were requested from a client but have not
   * arrived are not counted, so some capacity is left for them.
   */
  public boolean hasRoomForSaves() {
    return streamed.get() < STREAMED_SAVES && saves.isRoomy() && saveBytes.isRoomy();
  }

  /** Counts a save that a stream has read. */
  public void beginStreamed() {
    streamed.incrementAndGet();
  }

  /** A save that a stream has read was answered. */
  public void endStreamed() {
    streamed.decrementAndGet();
    wakeWaiting();
  }

  /**
   * Runs {@code waits} after a save has ended and left capacity. The caller must check for capacity
   * once more afterwards, since a save may have ended in between.
   */
  public void whenSaveEnds(Runnable waits) {
    waiting.add(waits);
  }

  /** Stops waiting for capacity. */
  public void forget(Runnable waits) {
    waiting.remove(waits);
  }

  private void wakeWaiting() {
    for (int woken = 0; woken < WOKEN_AT_ONCE && hasRoomForSaves(); woken++) {
      Optional<Runnable> next = firstWaiting();
      if (next.isEmpty()) {
        return;
      }
      next.get().run();
    }
  }

  private Optional<Runnable> firstWaiting() {
    synchronized (waiting) {
      Optional<Runnable> first = waiting.stream().findFirst();
      first.ifPresent(waiting::remove);
      return first;
    }
  }

  /** Bytes of responses that the client has not read. */
  public FairBudget.Holder unreadBytes() {
    return unreadBytes;
  }

  /** Bytes of requests that have been received only in part. */
  FairBudget.Holder unfinishedBytes() {
    return unfinishedBytes;
  }

  /** The error for a request that exceeds the limit of unfinished bytes. */
  StoreException.Overloaded unfinishedBytesExceeded() {
    return overloaded(
        "bytes of unfinished requests on one connection", unfinishedBytes, RETRY_CALL_AFTER);
  }

  /**
   * Admits a cursor.
   *
   * @throws StoreException.Overloaded if the connection has reached its limit
   */
  Permit admitCursor(long elements) {
    if (!cursorElements.take(elements)) {
      throw overloaded(
          "elements of the cursors of one connection's calls", cursorElements, RETRY_CALL_AFTER);
    }
    return () -> cursorElements.release(elements);
  }

  /** The error for a unary response that exceeds the limit of unread bytes. */
  StoreException.Overloaded unreadBytesExceeded() {
    return overloaded("bytes of unread responses on one connection", unreadBytes, RETRY_CALL_AFTER);
  }

  private static StoreException.Overloaded overloaded(
      String what, FairBudget.Holder limit, Duration retryAfter) {
    return new StoreException.Overloaded(
        what
            + ", limited to "
            + limit.alone()
            + " on an idle node and to less while other connections use it",
        retryAfter);
  }
}
