package dev.aether.server.store.jetstream.wire;

import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Mark;
import dev.aether.server.store.jetstream.format.StoredMessage;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Dispatcher;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Creates this node's ordered consumers. They share a few threads. After a reconnect they restart
 * at once, since their JetStream consumers may be gone.
 */
public final class OrderedConsumers implements AutoCloseable {
  private final Connection connection;
  private final JetStreamApi api;
  private final Timers timers;
  private final List<Dispatcher> dispatchers;
  private final AtomicInteger next = new AtomicInteger();
  private final Set<OrderedConsumer> open = ConcurrentHashMap.newKeySet();

  public OrderedConsumers(Connection connection, JetStreamApi api, Timers timers) {
    this.connection = connection;
    this.api = api;
    this.timers = timers;
    dispatchers = List.of(connection.createDispatcher(), connection.createDispatcher());
    connection.addConnectionListener(
        (unused, event) -> {
          if (event == ConnectionListener.Events.RESUBSCRIBED) {
            open.forEach(tail -> tail.restartNow("reconnected"));
          }
        });
  }

  /**
   * Creates a consumer, which is still to be started. The handler is called by one thread at a time
   * and must not block.
   *
   * @param onLost as for {@link OrderedConsumer}
   */
  public OrderedConsumer create(
      String stream, Mark after, Consumer<StoredMessage> handler, Runnable onLost) {
    Dispatcher dispatcher =
        dispatchers.get(Math.floorMod(next.getAndIncrement(), dispatchers.size()));
    OrderedConsumer tail =
        new OrderedConsumer(
            connection, dispatcher, api, timers, stream, after, handler, onLost, open::remove);
    open.add(tail);
    return tail;
  }

  @Override
  public void close() {
    open.forEach(OrderedConsumer::close);
  }
}
