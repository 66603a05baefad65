package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.server.ServerConfig;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsCluster;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real cluster of three nats-servers under two nodes; one by one is killed by SIGKILL. */
class ClusterOutageTest {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private final String namespace = Requests.unique("outage");
  private TestNatsCluster nats;
  private Node a;
  private Node b;

  @BeforeEach
  void start() {
    nats = TestNatsCluster.start(3);
    ServerConfig config =
        ServerConfig.on(new ServerConfig.StoreChoice.Nats(List.of(nats.urls().split(",")), BOUND))
            .withReplicas(3);
    a = Node.start(config.withNodeId("node-a"));
    b = Node.start(config.withNodeId("node-b"));
  }

  @AfterEach
  void end() {
    a.close();
    b.close();
    nats.close();
  }

  @Test
  void whatWasAcknowledgedOutlivesTheDeathOfItsLeaderAndComesOnceAndInOrder() {
    try (Subscriber subscriber = Subscriber.open(b, Requests.live(namespace));
        Witness witness = new Witness(namespace, List.of(a, b), 8)) {
      witness.awaitMore(200);
      for (int kill = 0; kill < Contract.rounds("kill.rounds", 2); kill++) {
        int leader = leader();
        nats.kill(leader);
        witness.awaitMore(300);
        nats.restart(leader);
        nats.awaitReady();
        witness.awaitMore(100);
      }
      witness.endAndCheck(a, subscriber);
      assertEquals(ServingStatus.SERVING, a.health(""));
      assertEquals(ServingStatus.SERVING, b.health(""));
    }
  }

  /** Which server leads the namespace's stream. */
  private int leader() {
    String name = Await.value("a leader", BOUND, this::askForLeader);
    for (int i = 0; i < nats.size(); i++) {
      if (name.equals("node-" + i + "-" + nats.node(i).port())) {
        return i;
      }
    }
    throw new AssertionError("no node is called " + name);
  }

  @SuppressWarnings("try") // the connection may throw InterruptedException when closed
  private Optional<String> askForLeader() {
    Options options = Options.builder().servers(nats.urls().split(",")).noReconnect().build();
    try (Connection connection = Nats.connect(options)) {
      JetStreamManagement management = connection.jetStreamManagement();
      for (String stream : management.getStreamNames()) {
        if (stream.endsWith("-" + namespace)) {
          return Optional.ofNullable(management.getStreamInfo(stream).getClusterInfo().getLeader());
        }
      }
      return Optional.empty();
    } catch (IOException | JetStreamApiException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
