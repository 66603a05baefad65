package dev.aether.server.grpc;

import dev.aether.server.event.StoreException;
import io.grpc.Attributes;
import io.grpc.ServerTransportFilter;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one client connection holds of the node's bounds. Behind a proxy it may be that of many
 * clients. For any number of threads.
 */
final class Connection {
  private static final Attributes.Key<Connection> KEY = Attributes.Key.create("aether-connection");
  private static final Duration RETRY_SAVE_AFTER = Duration.ofMillis(50);
  private static final Duration RETRY_CALL_AFTER = Duration.ofSeconds(1);

  /**
   * Saves of all streams of a connection that are not answered: enough to keep JetStream busy, and
   * few enough for others not to wait long behind them.
   */
  static final int STREAMED_SAVES = 256;

  /** Streams of saves that read on at the end of a save, as there is room. */
  private static final int WOKEN_AT_ONCE = 2;

  private final NodeBounds node;
  private final FairBudget.Holder saves;
  private final FairBudget.Holder saveBytes;
  private final FairBudget.Holder calls;
  private final FairBudget.Holder subscriptions;
  private final FairBudget.Holder saveStreams;
  private final FairBudget.Holder outgoing;

  /** Saves that came on streams and are not answered. */
  private final AtomicInteger streamed = new AtomicInteger();

  /** Streams of saves that wait for room, each once, in order. */
  private final Set<Runnable> waiting = Collections.synchronizedSet(new LinkedHashSet<>());

  Connection(NodeBounds node) {
    this.node = node;
    saves = node.saves.new Holder();
    saveBytes = node.saveBytes.new Holder();
    calls = node.calls.new Holder();
    subscriptions = node.subscriptions.new Holder();
    saveStreams = node.saveStreams.new Holder();
    outgoing = node.outgoing.new Holder();
  }

  /** Gives each connection its own. */
  static ServerTransportFilter each(NodeBounds node) {
    return new ServerTransportFilter() {
      @Override
      public Attributes transportReady(Attributes transport) {
        return transport.toBuilder().set(KEY, new Connection(node)).build();
      }
    };
  }

  /** The connection of a call. */
  static Connection of(Attributes call) {
    return Objects.requireNonNull(call.get(KEY), "the server counts by connection");
  }

  /** Calls that have places of their own. */
  enum Kind {
    SUBSCRIPTION("subscriptions"),
    SAVE_STREAM("streams of saves"),
    OTHER("calls");

    final String plural;

    Kind(String plural) {
      this.plural = plural;
    }
  }

  /** A place for a call until it is left. */
  interface Place {
    void leave();
  }

  /**
   * Takes a place for a call.
   *
   * @throws StoreException.Overloaded if there is none
   */
  Place enter(Kind kind) {
    FairBudget.Holder places = places(kind);
    if (!places.take(1)) {
      throw new StoreException.Overloaded(
          kind.plural
              + " of one connection, at most as many as are free on this node, and never more than "
              + places.alone(),
          RETRY_CALL_AFTER);
    }
    return () -> places.release(1);
  }

  private FairBudget.Holder places(Kind kind) {
    return switch (kind) {
      case SUBSCRIPTION -> subscriptions;
      case SAVE_STREAM -> saveStreams;
      case OTHER -> calls;
    };
  }

  /**
   * Takes a place for a save.
   *
   * @param bytes that it holds meanwhile
   * @throws StoreException.Overloaded if there is none
   */
  Place enterSave(long bytes) {
    if (!saves.take(1)) {
      throw new StoreException.Overloaded(
          "saves in flight of one connection, at most as many as are free on this node, and never"
              + " more than "
              + node.saves.alone(),
          RETRY_SAVE_AFTER);
    }
    if (!saveBytes.take(bytes)) {
      saves.release(1);
      throw new StoreException.Overloaded(
          "bytes of saves in flight of one connection, at most as many as are free on this node,"
              + " and never more than "
              + node.saveBytes.alone(),
          RETRY_SAVE_AFTER);
    }
    return () -> {
      saveBytes.release(bytes);
      saves.release(1);
      wakeWaiting();
    };
  }

  /**
   * Whether a stream may read another save: what is asked for and has not come is not counted, so
   * some room is left for it.
   */
  boolean hasRoomForSaves() {
    return streamed.get() < STREAMED_SAVES && saves.isRoomy() && saveBytes.isRoomy();
  }

  /** A stream has read a save. */
  void beginStreamed() {
    streamed.incrementAndGet();
  }

  /** A save that a stream has read is answered. */
  void endStreamed() {
    streamed.decrementAndGet();
    wakeWaiting();
  }

  /** Runs what waits for room when a save has ended. Whoever waits looks once more after this. */
  void whenSaveEnds(Runnable waits) {
    waiting.add(waits);
  }

  /** Waits no longer for room. */
  void forget(Runnable waits) {
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

  /** What waits for the client to take it. */
  FairBudget.Holder outgoing() {
    return outgoing;
  }

  /** A unary answer found no room. */
  StoreException.Overloaded answersUntaken() {
    return new StoreException.Overloaded(
        "bytes of answers that one connection has not taken, at most an eighth of what is free on"
            + " this node, and never more than "
            + node.outgoing.alone(),
        RETRY_CALL_AFTER);
  }
}
