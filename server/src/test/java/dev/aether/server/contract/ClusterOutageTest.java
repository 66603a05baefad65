package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.server.ServerConfig;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsCluster;
import dev.aether.v1.Event;
import dev.aether.v1.SaveEventsRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
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
    // Begun before the first save, or it would rightly not see that one.
    try (Subscriber subscriber = Subscriber.open(b, Requests.live(namespace)).awaitStarted();
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
      Await.until(
          "both serve",
          BOUND,
          () -> a.health("") == ServingStatus.SERVING && b.health("") == ServingStatus.SERVING);
    }
  }

  @Test
  void aReplicaThatLagsMakesNoReadOld() {
    long version = a.save(Requests.saveAt(namespace, "actor", 0)).getLastVersion();
    int leader = leader();
    for (int round = 0; round < Contract.rounds("lag.rounds", 2); round++) {
      int lagging = (leader + 1 + round % 2) % nats.size();
      try (Node writer = Node.start(on(nats.url(leader)));
          Node reader = Node.start(on(nats.url(lagging)))) {
        assertEquals(version, latest(reader).get());
        List<CompletableFuture<Long>> reads = new ArrayList<>();
        signal(lagging, "STOP");
        try {
          for (int i = 0; i < 50; i++) {
            // Heavy, so that the replica needs a while to catch up.
            SaveEventsRequest save =
                Requests.saveAt(namespace, "actor", version)
                    .setEvents(0, Requests.heavyEvent(200_000))
                    .build();
            version = answered(() -> writer.save(save)).getLastVersion();
          }
          for (int i = 0; i < 8; i++) {
            reads.add(CompletableFuture.supplyAsync(i % 2 == 0 ? latest(reader) : last(reader)));
          }
        } finally {
          signal(lagging, "CONT");
        }
        for (int i = 0; i < 100; i++) {
          assertEquals(version, latest(reader).get());
        }
        for (CompletableFuture<Long> read : reads) {
          assertEquals(version, read.join());
        }
      }
    }
  }

  private static ServerConfig on(String url) {
    return ServerConfig.on(new ServerConfig.StoreChoice.Nats(List.of(url), BOUND)).withReplicas(3);
  }

  private Supplier<Long> latest(Node node) {
    return () -> answered(() -> node.latest(namespace, "actor"));
  }

  /** The last version that a read of all events brings. */
  private Supplier<Long> last(Node node) {
    return () -> {
      List<Event> events = answered(() -> node.events(namespace, "actor"));
      return events.get(events.size() - 1).getVersion();
    };
  }

  /** The answer of a call that is repeated while the store can't be used. */
  private static <T> T answered(Supplier<T> call) {
    return Await.value(
        "an answer",
        BOUND,
        () -> {
          try {
            return Optional.of(call.get());
          } catch (StatusRuntimeException e) {
            assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode());
            return Optional.empty();
          }
        });
  }

  private void signal(int node, String name) {
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + name, Long.toString(nats.node(node).pid())).start();
      assertEquals(0, kill.waitFor());
    } catch (IOException e) {
      throw new AssertionError("no kill", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
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
