package dev.aether.server.store.jetstream.wire;

import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Mark;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * The consumers of this node that read long parts of streams. Between two reads each waits here for
 * the reader that continues at its place. A few are open at a time, since each holds up to two
 * pages; one that waits for long is closed. Thread-safe.
 */
public final class ScanConsumers implements AutoCloseable {
  private static final int MAX_OPEN = 8;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private final ReadConnections connections;
  private final JetStreamApi api;
  private final Timers timers;
  private final Executor executor;
  private final Map<Connection, Dispatcher> dispatchers = new HashMap<>();

  /** Guarded by this. */
  private final Set<ScanConsumer> open = new HashSet<>();

  /** Guarded by this. */
  private final Map<Place, Waiting> waiting = new HashMap<>();

  private record Place(String stream, Mark after) {}

  private record Waiting(ScanConsumer consumer, long since) {}

  /**
   * @param executor completes the futures of the consumers
   */
  public ScanConsumers(
      ReadConnections connections, JetStreamApi api, Timers timers, Executor executor) {
    this.connections = connections;
    this.api = api;
    this.timers = timers;
    this.executor = executor;
    for (Connection connection : connections.all()) {
      dispatchers.put(connection, connection.createDispatcher());
    }
    var unused = timers.every(LONGEST_WAIT, this::closeIdle);
  }

  /**
   * Takes the consumer that continues after a message, if there is one. {@link #put} it back or
   * close it.
   */
  public synchronized Optional<ScanConsumer> take(String stream, Mark after) {
    return Optional.ofNullable(waiting.remove(new Place(stream, after))).map(Waiting::consumer);
  }

  /** Puts a consumer back that continues after a message. */
  public void put(String stream, Mark after, ScanConsumer consumer) {
    Waiting other;
    synchronized (this) {
      boolean isOpen = open.contains(consumer);
      Waiting put = new Waiting(consumer, System.nanoTime());
      other = isOpen ? waiting.put(new Place(stream, after), put) : null;
    }
    if (other != null) {
      other.consumer().close();
    }
  }

  /** Begins to read after a message, unless too many consumers are open. */
  public synchronized void begin(String stream, Mark after) {
    Place place = new Place(stream, after);
    if (!after.isVerifiable() || open.size() == MAX_OPEN || waiting.containsKey(place)) {
      return;
    }
    Connection connection = connections.leastBusyConnection();
    Dispatcher dispatcher = dispatchers.get(connection);
    if (dispatcher == null) {
      throw new IllegalStateException("a connection that was not there at the start");
    }
    ScanConsumer consumer =
        new ScanConsumer(
            connection, dispatcher, api, timers, executor, stream, after, this::closed);
    open.add(consumer);
    waiting.put(place, new Waiting(consumer, System.nanoTime()));
    consumer.start();
  }

  private synchronized void closed(ScanConsumer consumer) {
    open.remove(consumer);
    waiting.values().removeIf(each -> each.consumer() == consumer);
  }

  private void closeIdle() {
    long since = System.nanoTime() - LONGEST_WAIT.toNanos();
    List<ScanConsumer> idle;
    synchronized (this) {
      idle =
          waiting.values().stream()
              .filter(each -> each.since() - since < 0)
              .map(Waiting::consumer)
              .toList();
    }
    idle.forEach(ScanConsumer::close);
  }

  /** Closes all, since the store may have lost what they have read ahead. */
  public void closeAll() {
    List<ScanConsumer> all;
    synchronized (this) {
      all = List.copyOf(open);
    }
    all.forEach(ScanConsumer::close);
  }

  @Override
  public void close() {
    closeAll();
  }
}
