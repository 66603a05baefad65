package dev.aether.server.store.jetstream;

import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Exceptions;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.PublishResults;
import dev.aether.server.store.jetstream.wire.ReadConnections;
import io.nats.client.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;

/** Checks periodically that JetStream responds. Thread-safe. */
final class JetStreamProbe implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(1);

  /** JetStream counts as unavailable after this long; electing a leader takes less. */
  private static final Duration LONGEST_SILENCE = Duration.ofSeconds(6);

  private final Connection connection;
  private final List<ReadConnections> reads;
  private final JetStreamApi api;
  private final ScheduledFuture<?> schedule;
  private volatile long respondedAt = System.nanoTime();

  /** When a connection was last seen lost; the start of the probe if none was. */
  private volatile long disconnectedAt = respondedAt;

  private volatile String lastError = "no response";

  /**
   * @param connection for writes, which is also asked on
   * @param reads other connections that the store needs
   */
  JetStreamProbe(
      Connection connection, PublishResults results, List<ReadConnections> reads, Timers timers) {
    this.connection = connection;
    this.reads = reads;
    this.api = new JetStreamApi(connection, results, timers);
    schedule = timers.every(PERIOD, this::probe);
  }

  private void probe() {
    api.lastFromLeader(StreamConfigs.REGISTRY, StreamConfigs.IDENTITY_SUBJECT)
        .whenComplete(
            (identity, thrown) -> {
              if (thrown == null) {
                respondedAt = System.nanoTime();
              } else {
                lastError = String.valueOf(Exceptions.unwrap(thrown).getMessage());
              }
            });
  }

  Duration silence() {
    return Duration.ofNanos(System.nanoTime() - respondedAt);
  }

  /** Why the store is unavailable; empty if it is available. */
  Optional<String> outage() {
    if (connection.getStatus() != Connection.Status.CONNECTED
        || !reads.stream().allMatch(ReadConnections::isConnected)) {
      disconnectedAt = System.nanoTime();
      return Optional.of("no connection to NATS");
    }
    if (respondedAt - disconnectedAt < 0) {
      // A connection to a server of a cluster without a quorum is worth nothing.
      return Optional.of("JetStream has not responded since the connection to NATS came back");
    }
    return silence().compareTo(LONGEST_SILENCE) > 0
        ? Optional.of("JetStream does not respond: " + lastError)
        : Optional.empty();
  }

  @Override
  public void close() {
    schedule.cancel(false);
    api.close();
  }
}
