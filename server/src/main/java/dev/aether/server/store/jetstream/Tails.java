package dev.aether.server.store.jetstream;

import dev.aether.server.event.Mark;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Dispatcher;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Makes this node's tails. However many there are, they share a few threads; and when the
 * connection is back they begin anew at once, for nobody knows what became of their consumers.
 */
final class Tails implements AutoCloseable {
  private final Connection connection;
  private final JetStreamApi api;
  private final Timers timers;
  private final List<Dispatcher> dispatchers;
  private final AtomicInteger next = new AtomicInteger();
  private final Set<MessageTail> open = ConcurrentHashMap.newKeySet();

  Tails(Connection connection, JetStreamApi api, Timers timers) {
    this.connection = connection;
    this.api = api;
    this.timers = timers;
    dispatchers = List.of(connection.createDispatcher(), connection.createDispatcher());
    connection.addConnectionListener(
        (unused, event) -> {
          if (event == ConnectionListener.Events.RESUBSCRIBED) {
            open.forEach(tail -> tail.restartNow("connected again"));
          }
        });
  }

  /**
   * A tail of a stream, to be started; the handler is called by one thread at a time and must not
   * block.
   *
   * @param onLost as {@link MessageTail} has it
   */
  MessageTail make(String stream, Mark after, Consumer<StoredMessage> handler, Runnable onLost) {
    Dispatcher dispatcher =
        dispatchers.get(Math.floorMod(next.getAndIncrement(), dispatchers.size()));
    MessageTail tail =
        new MessageTail(
            connection, dispatcher, api, timers, stream, after, handler, onLost, open::remove);
    open.add(tail);
    return tail;
  }

  @Override
  public void close() {
    open.forEach(MessageTail::close);
  }
}
