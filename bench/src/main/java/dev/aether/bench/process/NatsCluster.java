package dev.aether.bench.process;

import dev.aether.server.embedded.LoopbackPort;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.api.ClusterInfo;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A cluster of nats-servers that sync to disk before they acknowledge. Not thread-safe. */
public final class NatsCluster implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofSeconds(90);
  private static final String PROBE = "PROBE";

  private final List<NatsProcess> servers = new ArrayList<>();

  /**
   * Starts the servers and waits until they can create streams with as many replicas.
   *
   * @param folder the folder for all that they write, which is created if missing
   */
  public NatsCluster(Path binary, Path folder, int size) throws Exception {
    Set<Integer> routes = new LinkedHashSet<>();
    while (routes.size() < size) {
      routes.add(LoopbackPort.pickFree());
    }
    List<String> urls = routes.stream().map(port -> "\"nats://127.0.0.1:" + port + '"').toList();
    for (int port : routes) {
      servers.add(
          new NatsProcess(
              binary,
              folder.resolve("nats-" + port),
              "always",
              String.format(
                  Locale.ROOT,
                  "cluster { name: \"bench\", listen: \"127.0.0.1:%d\", routes: %s }",
                  port,
                  urls)));
    }
    try (Connection connection = connect()) {
      Waiting.until("the cluster to create streams", READY_WITHIN, () -> createsStream(connection));
    }
  }

  /** A connection to the first server. */
  private Connection connect() throws IOException, InterruptedException {
    return Nats.connect(url());
  }

  private boolean createsStream(Connection connection) {
    try {
      connection
          .jetStreamManagement()
          .addStream(
              StreamConfiguration.builder()
                  .name(PROBE)
                  .subjects(PROBE)
                  .storageType(StorageType.Memory)
                  .replicas(servers.size())
                  .build());
      return connection.jetStreamManagement().deleteStream(PROBE);
    } catch (IOException | JetStreamApiException e) {
      return false;
    }
  }

  /** The URL of the first server, to which all clients connect. */
  public String url() {
    return servers.get(0).url();
  }

  /**
   * Makes the first server the leader of all streams. Otherwise chance would decide which of the
   * streams that are compared are led by the server that their clients are connected to.
   */
  public void leadByFirst() throws Exception {
    try (Connection connection = connect()) {
      for (String stream : connection.jetStreamManagement().getStreamNames()) {
        Waiting.until(
            "the first server to lead " + stream, READY_WITHIN, () -> isMoved(connection, stream));
      }
    }
  }

  private boolean isMoved(Connection connection, String stream) {
    String first = servers.get(0).name();
    try {
      ClusterInfo info = connection.jetStreamManagement().getStreamInfo(stream).getClusterInfo();
      if (info == null || info.getLeader() == null) {
        return false;
      }
      if (info.getLeader().equals(first)) {
        return true;
      }
      connection.request(
          "$JS.API.STREAM.LEADER.STEPDOWN." + stream,
          ("{\"placement\":{\"preferred\":\"" + first + "\"}}").getBytes(StandardCharsets.UTF_8),
          READY_WITHIN);
      return false;
    } catch (IOException | JetStreamApiException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  @Override
  public void close() {
    servers.forEach(NatsProcess::close);
  }
}
