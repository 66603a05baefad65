package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.SubscribeRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A node that leaves and returns, while another one serves on. */
class NodeLeavesTest {
  private final String namespace = Requests.unique("leaving");

  private static Node node(TestNatsServer nats, String name) {
    StoreChoice choice = new StoreChoice.Nats(List.of(nats.url()), Duration.ofSeconds(30));
    return Node.start(ServerConfig.on(choice).withNodeId(name));
  }

  private void save(Node node, long from, long to) {
    for (long version = from; version <= to; version++) {
      node.save(Requests.saveAt(namespace, "actor", version - 1));
    }
  }

  private static SubscribeRequest.Builder withBroadcasts(SubscribeRequest.Builder request) {
    return request.setIncludeBroadcasts(true);
  }

  private static List<String> broadcasts(Subscriber subscriber) {
    return subscriber.broadcasts().stream().map(b -> b.getEvent().getEventType()).toList();
  }

  @Test
  void whoeverStaysGoesOnAndWhoeverReturnsMissesNoCommit() {
    try (TestNatsServer nats = TestNatsServer.start();
        Node stays = node(nats, "stays");
        Subscriber throughout =
            Subscriber.open(stays, withBroadcasts(Requests.live(namespace))).awaitCaughtUp()) {
      String cursor;
      try (Node leaves = node(nats, "leaves");
          Subscriber before = Subscriber.open(leaves, withBroadcasts(Requests.live(namespace)))) {
        before.awaitCaughtUp();
        save(stays, 1, 3);
        save(leaves, 4, 6);
        leaves.publish(namespace, Requests.event("Before"));
        before.awaitCommits(6).awaitBroadcasts(1);
        cursor = before.cursor();
      }

      save(stays, 7, 9);
      stays.publish(namespace, Requests.event("Meanwhile"));

      try (Node returns = node(nats, "leaves");
          Subscriber after =
              Subscriber.open(returns, withBroadcasts(Requests.after(namespace, cursor)))) {
        after.awaitCaughtUp();
        save(returns, 10, 12);
        save(stays, 13, 15);
        stays.publish(namespace, Requests.event("Afterwards"));
        assertEquals(Contract.versions(7, 15), Contract.versions(after.awaitCommits(9).events()));
        assertEquals(List.of("Afterwards"), broadcasts(after.awaitBroadcasts(1)));
      }
      assertEquals(
          Contract.versions(1, 15), Contract.versions(throughout.awaitCommits(15).events()));
      assertEquals(
          List.of("Before", "Meanwhile", "Afterwards"), broadcasts(throughout.awaitBroadcasts(3)));
    }
  }
}
