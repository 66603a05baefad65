package dev.aether.server.store.jetstream.wire;

import dev.aether.server.concurrent.CatchAll;
import io.nats.client.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Distributes reads over connections. nats-server answers the direct gets of a connection one after
 * another, and one that reads from disk delays whatever was sent after it. So each read goes to the
 * connection that has the fewest unanswered ones, and a slow or dead connection receives few.
 * Thread-safe.
 */
public final class ReadConnections {
  /** A connection with the number of its unanswered reads. */
  private record Counted(Connection connection, AtomicInteger unanswered) {}

  private final List<Counted> connections;
  private final AtomicInteger turn = new AtomicInteger();

  /**
   * @param connections at least one
   */
  public ReadConnections(List<Connection> connections) {
    this.connections =
        connections.stream().map(each -> new Counted(each, new AtomicInteger())).toList();
  }

  /** All connections, connected or not. */
  List<Connection> all() {
    return connections.stream().map(Counted::connection).toList();
  }

  /** The connection with the fewest unanswered reads. */
  Connection leastBusyConnection() {
    return leastBusy().connection;
  }

  /** Whether a read can be sent now. */
  public boolean isConnected() {
    return connections.stream().anyMatch(each -> isConnected(each.connection));
  }

  /**
   * Sends a read on the connection with the fewest unanswered ones.
   *
   * @param read returns a future that completes with the last response
   */
  <T> CompletableFuture<T> send(Function<Connection, CompletableFuture<T>> read) {
    Counted chosen = leastBusy();
    chosen.unanswered.incrementAndGet();
    CompletableFuture<T> sent = CatchAll.begin(() -> read.apply(chosen.connection));
    return sent.whenComplete((response, thrown) -> chosen.unanswered.decrementAndGet());
  }

  /** Begins with another connection each time, so that those with equal numbers take turns. */
  private Counted leastBusy() {
    int first = turn.getAndIncrement();
    Counted best = connections.get(Math.floorMod(first, connections.size()));
    for (int i = 1; i < connections.size(); i++) {
      Counted other = connections.get(Math.floorMod(first + i, connections.size()));
      boolean isBetter =
          isConnected(other.connection) == isConnected(best.connection)
              ? other.unanswered.get() < best.unanswered.get()
              : isConnected(other.connection);
      best = isBetter ? other : best;
    }
    return best;
  }

  private static boolean isConnected(Connection connection) {
    return connection.getStatus() == Connection.Status.CONNECTED;
  }
}
