package dev.aether.server.store.jetstream;

import dev.aether.server.event.StoreException;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.nats.NatsFacts;
import dev.aether.server.nats.NatsServerVersion;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.NatsConnections;
import dev.aether.server.store.jetstream.wire.NatsPermissions;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.api.AccountStatistics;
import io.nats.client.api.ClusterInfo;
import io.nats.client.api.Replica;
import io.nats.client.api.ServerInfo;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks a NATS for what a checkup needs. Changes nothing. */
public final class NatsInspection {
  private static final int ROUND_TRIPS = 9;

  /** More streams would take long; a fault of a server shows in many. */
  private static final int LOOKED_AT = 200;

  private static final int TOLD = 5;
  private static final String STREAMS = "AETHER-";

  private NatsInspection() {}

  /**
   * Connects and asks. Blocks for at most about {@code within} and a few seconds.
   *
   * @throws StoreException with reason STORE_UNAVAILABLE if NATS cannot be used, such as for lack
   *     of permissions
   */
  public static NatsFacts ask(List<String> urls, NatsAccess access, Duration within) {
    Connection connection =
        NatsConnections.openOne(urls, "aether-doctor", access, NatsPermissions.NEEDED, within);
    try {
      return facts(connection);
    } catch (IOException | JetStreamApiException e) {
      throw StoreException.storeUnavailable("NATS does not answer: " + e.getMessage());
    } finally {
      NatsConnections.closeQuietly(connection);
    }
  }

  private static NatsFacts facts(Connection connection) throws IOException, JetStreamApiException {
    ServerInfo server = connection.getServerInfo();
    List<Duration> roundTrips = new ArrayList<>();
    for (int i = 0; i < ROUND_TRIPS; i++) {
      roundTrips.add(connection.RTT());
    }
    roundTrips.sort(null);
    JetStreamManagement streams = connection.jetStreamManagement();
    Instant asked = Instant.now();
    Optional<StreamInfo> registry = info(streams, StreamConfigs.REGISTRY);
    Duration clockAhead =
        registry
            .map(info -> Duration.between(middle(asked), info.getTimestamp().toInstant()))
            .orElse(Duration.ZERO);
    List<String> names =
        streams.getStreamNames().stream().filter(name -> name.startsWith(STREAMS)).toList();
    List<String> looked = names.stream().limit(LOOKED_AT).toList();
    List<String> unwell = new ArrayList<>();
    for (String name : looked) {
      if (unwell.size() < TOLD) {
        info(streams, name).flatMap(NatsInspection::trouble).ifPresent(unwell::add);
      }
    }
    return new NatsFacts(
        server.getServerName(),
        NatsServerVersion.parse(server.getVersion()),
        Optional.ofNullable(server.getCluster()).filter(cluster -> !cluster.isEmpty()),
        server.getMaxPayload(),
        roundTrips.get(ROUND_TRIPS / 2),
        clockAhead,
        storage(streams),
        registry.map(info -> new NatsFacts.Registry(info.getConfiguration().getReplicas())),
        names.size(),
        List.copyOf(unwell),
        looked.size());
  }

  private static Instant middle(Instant asked) {
    return asked.plus(Duration.between(asked, Instant.now()).dividedBy(2));
  }

  /** Nodes do not need the permission, so it may be missing. */
  private static Optional<NatsFacts.Storage> storage(JetStreamManagement streams) {
    try {
      AccountStatistics account = streams.getAccountStatistics();
      return Optional.of(
          new NatsFacts.Storage(account.getStorage(), account.getLimits().getMaxStorage()));
    } catch (IOException | JetStreamApiException e) {
      return Optional.empty();
    }
  }

  private static Optional<StreamInfo> info(JetStreamManagement streams, String name)
      throws IOException, JetStreamApiException {
    try {
      return Optional.of(streams.getStreamInfo(name));
    } catch (JetStreamApiException e) {
      if (JetStreamErrors.isStreamMissing(JetStreamErrors.failure(e))) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Optional<String> trouble(StreamInfo info) {
    ClusterInfo cluster = info.getClusterInfo();
    if (cluster == null) {
      return Optional.empty();
    }
    String name = info.getConfiguration().getName();
    if (cluster.getLeader() == null || cluster.getLeader().isEmpty()) {
      return Optional.of(name + " has no leader");
    }
    List<Replica> replicas = Optional.ofNullable(cluster.getReplicas()).orElse(List.of());
    return replicas.stream()
        .filter(replica -> replica.isOffline() || !replica.isCurrent())
        .findFirst()
        .map(
            replica ->
                name
                    + ": the replica on "
                    + replica.getName()
                    + (replica.isOffline() ? " is offline" : " is behind"));
  }
}
