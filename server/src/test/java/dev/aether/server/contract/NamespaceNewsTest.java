package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.ServerConfig;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.SubscribeResponse.FrameCase;
import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Subscriptions on a node that hears of a deletion late or of a loss not at all. */
class NamespaceNewsTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  /** A subscription whose log can't be reached ends within this. */
  private static final Duration CUT_OFF_WITHIN = Duration.ofSeconds(20);

  private static final String REGISTRY = "AETHER-REGISTRY";

  private final String namespace = Requests.unique("news");
  private TestNatsServer nats;
  private Node a;
  private Node b;
  private Connection meddler;
  private JetStreamManagement management;

  @BeforeEach
  void start() throws Exception {
    nats = TestNatsServer.start();
    a = Node.start(config());
    b = Node.start(config());
    meddler = Nats.connect(nats.url());
    management = meddler.jetStreamManagement();
  }

  private ServerConfig config() {
    return ServerConfig.on(new ServerConfig.StoreChoice.Nats(List.of(nats.url()), BOUND));
  }

  @AfterEach
  void end() throws Exception {
    meddler.close();
    a.close();
    b.close();
    nats.close();
  }

  @Test
  void aSubscriptionWhoseNodeHearsNothingOfTheRegistryIsToldAllTheSameAndReadsTheNewMaking()
      throws Exception {
    a.save(Requests.saveAt(namespace, "actor", 0).setCommitId("old"));
    try (Subscriber literal = Subscriber.open(b, Requests.fromBeginning(namespace));
        Subscriber pattern = Subscriber.open(b, Requests.fromBeginning("*"))) {
      literal.awaitCommit("old");
      pattern.awaitCommit("old");
      for (String consumer : management.getConsumerNames(REGISTRY)) {
        management.pauseConsumer(REGISTRY, consumer, ZonedDateTime.now().plusMinutes(5));
      }
      a.delete(namespace);
      a.save(Requests.saveAt(namespace, "actor", 0).setCommitId("new"));
      for (Subscriber subscriber : List.of(literal, pattern)) {
        subscriber.awaitCommit("new");
        assertEquals(List.of("old", "new"), subscriber.commitIds());
        assertEquals(1, subscriber.frames(FrameCase.NAMESPACE_DELETED).size());
      }
    }
  }

  @Test
  void aSubscriptionThatBeginsOnANodeThatHearsNothingOfTheRegistryReadsTheNewMaking()
      throws Exception {
    a.save(Requests.saveAt(namespace, "actor", 0).setCommitId("old"));
    assertEquals(1, b.latest(namespace, "actor"));
    for (String consumer : management.getConsumerNames(REGISTRY)) {
      management.pauseConsumer(REGISTRY, consumer, ZonedDateTime.now().plusMinutes(5));
    }
    a.delete(namespace);
    try (Subscriber missing = Subscriber.open(b, Requests.fromBeginning(namespace))) {
      assertEquals(List.of(), missing.awaitCaughtUp().commitIds());
    }
    a.save(Requests.saveAt(namespace, "actor", 0).setCommitId("new"));
    try (Subscriber live = Subscriber.open(b, Requests.live(namespace));
        Subscriber all = Subscriber.open(b, Requests.fromBeginning(namespace))) {
      assertEquals(List.of("new"), all.awaitCaughtUp().commitIds());
      live.awaitCaughtUp();
      a.save(Requests.saveAt(namespace, "actor", 1).setCommitId("newer"));
      assertEquals(List.of("newer"), live.awaitCommit("newer").commitIds());
    }
  }

  @Test
  void aSubscriptionToALogThatIsLostEndsAndVouchesForNothing() throws Exception {
    a.save(Requests.saveAt(namespace, "actor", 0));
    String other = namespace + "-other";
    a.save(Requests.saveAt(other, "actor", 0));
    String incarnation = a.namespace(namespace).getIncarnation();
    try (Subscriber lost = Subscriber.open(b, Requests.fromBeginning(namespace));
        Subscriber pattern = Subscriber.open(b, Requests.fromBeginning("*"));
        Subscriber others = Subscriber.open(b, Requests.fromBeginning(other))) {
      List.of(lost, pattern, others).forEach(Subscriber::awaitCaughtUp);
      management.deleteStream("AETHER-" + incarnation + "-0-" + namespace);
      for (Subscriber subscriber : List.of(lost, pattern)) {
        Refusal end = subscriber.awaitEnd(CUT_OFF_WITHIN);
        // Which of the two is noticed first; who subscribes again is told for good, below.
        assertTrue(
            Set.of("CORRUPT_RECORD", "STORE_UNAVAILABLE").contains(end.reason()), end.reason());
        assertEquals(0, subscriber.frames(FrameCase.NAMESPACE_DELETED).size());
        // One may have gone out just before; vouching for 10 s, the next would be another.
        assertTrue(subscriber.frames(FrameCase.HEARTBEAT).size() <= 2, "vouched for a lost log");
      }
      assertTrue(others.end().isEmpty());
      a.save(Requests.saveAt(other, "actor", 1));
      others.awaitCommits(2);
      assertEquals("CORRUPT_RECORD", Subscriber.refusal(b, Requests.live(namespace)).reason());
      a.delete(namespace);
      Await.until("an empty namespace", BOUND, () -> b.latest(namespace, "actor") == 0);
    }
  }
}
