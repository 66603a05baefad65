package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.CommitAt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** More nodes than two on one NATS, all writing at once. */
class ManyNodesTest {
  private static final int NODES = 5;
  private static final int EACH = 20;

  private final String namespace = Requests.unique("many-nodes");
  private final TestNatsServer nats = TestNatsServer.start();
  private final List<Node> nodes =
      IntStream.range(0, NODES).mapToObj(i -> node("node-" + i)).toList();

  private Node node(String name) {
    StoreChoice choice = new StoreChoice.Nats(List.of(nats.url()), Duration.ofSeconds(30));
    return Node.start(ServerConfig.on(choice).withNodeId(name));
  }

  @AfterEach
  void end() {
    nodes.forEach(Node::close);
    nats.close();
  }

  @Test
  void whatEachStoresAndPublishesComesToAllOnceAndTheCommitsInOneOrder() {
    List<Subscriber> subscribers = new ArrayList<>();
    for (Node node : nodes) {
      subscribers.add(
          Subscriber.open(node, Requests.live(namespace).setIncludeBroadcasts(true))
              .awaitCaughtUp());
    }
    AtOnce.results(
        NODES,
        i -> {
          for (int n = 0; n < EACH; n++) {
            nodes.get(i).save(Requests.saveAny(namespace, "shared").setCommitId(i + ":" + n));
            nodes.get(i).publish(namespace, Requests.event("E" + i + ":" + n));
          }
          return true;
        });

    int all = NODES * EACH;
    List<CommitAt> first = subscribers.get(0).awaitCommits(all).commits();
    Contract.assertInOrder(first);
    assertEquals(all, first.size());
    for (Subscriber subscriber : subscribers) {
      assertEquals(first, subscriber.awaitCommits(all).commits());
      List<String> broadcasts =
          subscriber.awaitBroadcasts(all).broadcasts().stream()
              .map(broadcast -> broadcast.getEvent().getEventType())
              .toList();
      assertEquals(all, broadcasts.size());
      Set<String> distinct = new HashSet<>(broadcasts);
      assertEquals(all, distinct.size());
      subscriber.close();
    }
    for (Node node : nodes) {
      assertEquals(all, node.latest(namespace, "shared"));
    }
  }
}
