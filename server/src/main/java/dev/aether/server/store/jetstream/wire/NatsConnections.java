package dev.aether.server.store.jetstream.wire;

import dev.aether.server.event.StoreException;
import dev.aether.server.measure.Counter;
import dev.aether.server.measure.Measures;
import dev.aether.server.nats.NatsAccess;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A node's connections to NATS. nats-server carries out a direct get on the thread that reads from
 * its connection, so a get that waits for the disk stops everything behind it. Therefore publishes,
 * the reads that saves wait for, and the reads of clients have connections of their own.
 *
 * <p>The order of requests on different connections is not defined, and nothing relies on it: even
 * on one connection nats-server queues a publish, and a later direct get may overtake it.
 */
public final class NatsConnections implements AutoCloseable {
  /**
   * How many connections the reads of clients are distributed over: one that waits for the disk
   * does not stop the others.
   */
  private static final int READ_CONNECTIONS = 2;

  private final Connection writes;
  private final Connection writersReads;
  private final List<Connection> reads;

  private NatsConnections(Connection writes, Connection writersReads, List<Connection> reads) {
    this.writes = writes;
    this.writersReads = writersReads;
    this.reads = List.copyOf(reads);
  }

  /**
   * Opens all connections, with retries until the timeout. Blocks.
   *
   * @throws StoreException as for {@link NatsConnector#connect}
   */
  public static NatsConnections open(
      List<String> urls, String name, NatsAccess access, Duration atMost) {
    NatsConnector connector = new NatsConnector(urls, name, access, NatsPermissions.NEEDED, atMost);
    List<Connection> opened = new ArrayList<>();
    try {
      for (int i = 0; i < 2 + READ_CONNECTIONS; i++) {
        opened.add(connector.connect());
      }
    } catch (RuntimeException e) {
      opened.forEach(NatsConnections::closeQuietly);
      throw e;
    }
    return new NatsConnections(opened.get(0), opened.get(1), opened.subList(2, opened.size()));
  }

  /** For publishes, broadcasts, the news of the registry, and changes of streams. */
  public Connection writes() {
    return writes;
  }

  /**
   * Opens a single connection, for a command that is not a node, with retries until the timeout.
   * Blocks.
   *
   * @param needed the permissions that the user must have
   * @throws StoreException as for {@link NatsConnector#connect}
   */
  public static Connection openOne(
      List<String> urls,
      String name,
      NatsAccess access,
      List<NatsPermissions.Permission> needed,
      Duration atMost) {
    return new NatsConnector(urls, name, access, needed, atMost).connect();
  }

  /** For reads that saves and other changes wait for. */
  public ReadConnections writersReads() {
    return new ReadConnections(List.of(writersReads));
  }

  /** For the reads of clients. */
  public ReadConnections reads() {
    return new ReadConnections(reads);
  }

  /** For the consumers that follow logs: one of the connections for the reads of clients. */
  public Connection tails() {
    return reads.get(0);
  }

  /** The listener learns about the loss and the reconnect of each connection. */
  public void addListener(ConnectionListener listener) {
    all().forEach(connection -> connection.addConnectionListener(listener));
  }

  /** Registers how many are connected, and counts reconnects. */
  public void measure(Measures measures) {
    Counter reconnects =
        measures.counter("nats.reconnects", "Connections to NATS that were lost and came back");
    addListener(
        (connection, event) -> {
          if (event == ConnectionListener.Events.RECONNECTED) {
            reconnects.increment();
          }
        });
    measures.gauge(
        "nats.connections",
        "Connections to NATS that are up",
        () ->
            all().stream()
                .filter(connection -> connection.getStatus() == Connection.Status.CONNECTED)
                .count());
  }

  private List<Connection> all() {
    List<Connection> all = new ArrayList<>(List.of(writes, writersReads));
    all.addAll(reads);
    return all;
  }

  @Override
  public void close() {
    all().forEach(NatsConnections::closeQuietly);
  }

  /** Closes a connection that {@link #openOne} opened. */
  public static void closeQuietly(Connection connection) {
    try {
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
