package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.aether.v1.Broadcast;
import dev.aether.v1.Detail;
import dev.aether.v1.EventStored;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SubscribeRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What one node takes, seen from the other: saves, notices, broadcasts and versions. */
abstract class CrossNodeContract extends Contract {
  private final List<Node> nodes = List.of(a, b);

  CrossNodeContract(Fixture fixture) {
    super(fixture);
  }

  private static SubscribeRequest.Builder withBroadcasts(String namespace) {
    return Requests.live(namespace).setIncludeBroadcasts(true);
  }

  @Test
  void theSameNamesInTwoNamespacesAreApartOnEachNode() {
    String other = Requests.unique("other");
    try (Subscriber mineOnA = Subscriber.open(a, withBroadcasts(namespace));
        Subscriber mineOnB = Subscriber.open(b, withBroadcasts(namespace));
        Subscriber othersOnA = Subscriber.open(a, withBroadcasts(other));
        Subscriber othersOnB = Subscriber.open(b, withBroadcasts(other))) {
      List.of(mineOnA, mineOnB, othersOnA, othersOnB).forEach(Subscriber::awaitCaughtUp);
      for (int i = 0; i < 10; i++) {
        Node one = nodes.get(i % 2);
        Node two = nodes.get((i + 1) % 2);
        SaveEventsResponse mine =
            one.save(Requests.saveAt(namespace, actor, i).setCommitId("c" + i));
        SaveEventsResponse others = two.save(Requests.saveAt(other, actor, i).setCommitId("c" + i));
        assertFalse(mine.getReplayed() || others.getReplayed());
        one.publish(namespace, Requests.event("Mine"));
        two.publish(other, Requests.event("Others"));
      }
      for (Subscriber subscriber : List.of(mineOnA, mineOnB)) {
        assertHasOnly(subscriber, namespace, "Mine");
      }
      for (Subscriber subscriber : List.of(othersOnA, othersOnB)) {
        assertHasOnly(subscriber, other, "Others");
      }
      for (Node node : nodes) {
        assertEquals(10, node.latest(namespace, actor));
        assertEquals(10, node.latest(other, actor));
        assertEquals(0, node.latest(other, actor + "x"));
      }
    }
  }

  private static void assertHasOnly(Subscriber subscriber, String namespace, String type) {
    subscriber.awaitCommits(10).awaitBroadcasts(10);
    assertInOrder(subscriber.commits());
    assertEquals(10, subscriber.commits().size());
    subscriber.commits().forEach(at -> assertEquals(namespace, at.getCommit().getNamespace()));
    List<Broadcast> broadcasts = subscriber.broadcasts();
    assertEquals(10, broadcasts.size());
    broadcasts.forEach(broadcast -> assertEquals(namespace, broadcast.getNamespace()));
    broadcasts.forEach(broadcast -> assertEquals(type, broadcast.getEvent().getEventType()));
  }

  @Test
  void noticesOfWhatEitherNodeStoresComeToBoth() {
    SubscribeRequest.Builder notices =
        Requests.live(namespace).setDetail(Detail.DETAIL_STORED_ONLY);
    try (Subscriber onA = Subscriber.open(a, notices).awaitCaughtUp();
        Subscriber onB = Subscriber.open(b, notices).awaitCaughtUp()) {
      for (int i = 0; i < 20; i++) {
        nodes.get(i % 2).save(Requests.save(namespace, actor, 2).setExpectedVersion(2L * i));
      }
      List<EventStored> seen = onA.awaitStored(40).stored();
      assertEquals(seen, onB.awaitStored(40).stored());
      assertEquals(versions(1, 40), seen.stream().map(EventStored::getVersion).toList());
      assertEquals(List.of(), onA.commits());
    }
  }

  @Test
  void aWriterThatGoesFromNodeToNodeMeetsNoConflict() {
    try (Subscriber onA = Subscriber.open(a, Requests.live(namespace)).awaitCaughtUp();
        Subscriber onB = Subscriber.open(b, Requests.live(namespace)).awaitCaughtUp()) {
      List<Long> saved = new ArrayList<>();
      int count = rounds("moving.saves", 100);
      for (int i = 0; i < count; i++) {
        saved.add(nodes.get(i % 2).save(Requests.saveAt(namespace, actor, i)).getLastVersion());
      }
      assertEquals(versions(1, count), saved);
      for (Subscriber subscriber : List.of(onA, onB)) {
        assertEquals(versions(1, count), versions(subscriber.awaitCommits(count).events()));
      }
    }
  }
}
