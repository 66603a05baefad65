package dev.aether.server.testing;

import dev.aether.server.embedded.LoopbackPort;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A JetStream cluster of real nats-servers on 127.0.0.1 for a test. Like {@link TestNatsServer} it
 * ends with the test's JVM, also with a killed one. Nodes are numbered from 0. For one thread.
 */
public final class TestNatsCluster implements AutoCloseable {
  private static final Duration READY_BOUND = Duration.ofSeconds(90);
  private static final Duration CONNECT_BOUND = Duration.ofSeconds(2);
  private static final String PROBE = "aether-test-probe";

  /** How often a cluster is made anew when another process took one of the picked ports. */
  private static final int PORT_ATTEMPTS = 3;

  private final List<TestNatsServer> nodes;

  private TestNatsCluster(List<TestNatsServer> nodes) {
    this.nodes = nodes;
  }

  /** Returns when streams with as many replicas as there are nodes can be made. */
  public static TestNatsCluster start(int size) {
    return start(size, TestNatsOptions.defaults());
  }

  /** Returns when streams with as many replicas as there are nodes can be made. */
  public static TestNatsCluster start(int size, TestNatsOptions options) {
    return start(size, options, "");
  }

  /**
   * With users, as {@link NatsUsers} has them. Returns when streams with as many replicas as there
   * are nodes can be made.
   */
  public static TestNatsCluster start(int size, TestNatsOptions options, String users) {
    for (int attempt = 1; ; attempt++) {
      TestNatsCluster cluster = prepare(size, options, users);
      try {
        cluster.nodes.forEach(TestNatsServer::launch);
        cluster.awaitReady();
        return cluster;
      } catch (AssertionError e) {
        boolean again =
            attempt < PORT_ATTEMPTS
                && cluster.nodes.stream()
                    .anyMatch(node -> node.log().contains("address already in use"));
        cluster.close();
        if (!again) {
          throw e;
        }
      }
    }
  }

  private static TestNatsCluster prepare(int size, TestNatsOptions options, String users) {
    Set<Integer> distinct = new LinkedHashSet<>();
    while (distinct.size() < 2 * size) {
      distinct.add(LoopbackPort.pickFree());
    }
    List<Integer> ports = List.copyOf(distinct);
    List<Integer> routePorts = ports.subList(size, 2 * size);
    String routes =
        routePorts.stream()
            .map(port -> "\"nats://127.0.0.1:" + port + '"')
            .collect(Collectors.joining(", "));
    List<TestNatsServer> nodes = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      String cluster =
          "cluster { name: \"test\", listen: \"127.0.0.1:%d\", routes: [%s] }%n"
              .formatted(routePorts.get(i), routes);
      nodes.add(TestNatsServer.prepare("node-" + i, ports.get(i), cluster + users, options));
    }
    return new TestNatsCluster(List.copyOf(nodes));
  }

  public int size() {
    return nodes.size();
  }

  public TestNatsServer node(int i) {
    return nodes.get(i);
  }

  /** The URL of one node; it stays the same over restarts. */
  public String url(int i) {
    return nodes.get(i).url();
  }

  /** All nodes' URLs, joined by commas. */
  public String urls() {
    return nodes.stream().map(TestNatsServer::url).collect(Collectors.joining(","));
  }

  /** Ends one node by SIGKILL. */
  public void kill(int i) {
    nodes.get(i).kill();
  }

  /**
   * Starts one node on its port and store; returns when it takes connections. The cluster may not
   * be whole yet.
   */
  public void restart(int i) {
    nodes.get(i).restart();
  }

  /**
   * Waits until every node takes connections, there is a meta leader, and a stream with a replica
   * on every node can be made; it is deleted again.
   */
  public void awaitReady() {
    nodes.forEach(TestNatsServer::awaitReady);
    for (int i = 0; i < size(); i++) {
      int node = i;
      Await.until("JetStream on node " + i, READY_BOUND, () -> makesStream(node, size()));
    }
  }

  /** Waits until the first node makes streams with this number of replicas. */
  public void awaitStreamOf(int replicas) {
    Await.until(
        "a stream with " + replicas + " replicas", READY_BOUND, () -> makesStream(0, replicas));
  }

  @SuppressWarnings("try") // the connection may throw InterruptedException when closed
  private boolean makesStream(int node, int replicas) {
    Options options =
        Options.builder()
            .server(url(node))
            .noReconnect()
            .connectionTimeout(CONNECT_BOUND)
            .errorListener(new ErrorListener() {}) // the default one prints
            .build();
    try (Connection connection = Nats.connect(options)) {
      JetStreamManagement management = connection.jetStreamManagement();
      management.addStream(
          StreamConfiguration.builder()
              .name(PROBE)
              .subjects(PROBE)
              .storageType(StorageType.Memory)
              .replicas(replicas)
              .build());
      return management.deleteStream(PROBE);
    } catch (IOException | JetStreamApiException e) {
      return false; // asked again until the bound
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for the cluster", e);
    }
  }

  /** Ends all nodes and deletes their stores. */
  @Override
  public void close() {
    nodes.parallelStream().forEach(TestNatsServer::close);
  }
}
