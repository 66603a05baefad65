package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Empty;
import dev.aether.server.ServerConfig;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsOptions;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.Event;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SubscribeResponse.FrameCase;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One real nats-server that brings all to disk, killed by SIGKILL under two nodes. */
class NatsOutageTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  /** A subscription that was cut off ends within this. */
  private static final Duration CUT_OFF_WITHIN = Duration.ofSeconds(20);

  /** The node waits 2 s for an acknowledgement and then looks. */
  private static final Duration LONGER_THAN_AN_ACKNOWLEDGEMENT = Duration.ofMillis(3500);

  private final String namespace = Requests.unique("outage");
  private TestNatsServer nats;
  private Node a;
  private Node b;

  @BeforeEach
  void start() {
    nats = TestNatsServer.start(TestNatsOptions.defaults().withSyncAlways());
    a = Node.start(config().withNodeId("node-a"));
    b = Node.start(config().withNodeId("node-b"));
  }

  private ServerConfig config() {
    return ServerConfig.on(new ServerConfig.StoreChoice.Nats(List.of(nats.url()), BOUND));
  }

  @AfterEach
  void end() {
    a.close();
    b.close();
    nats.close();
  }

  private void awaitHealth(ServingStatus status) {
    for (Node node : List.of(a, b)) {
      for (String service : List.of("", EventStoreGrpc.SERVICE_NAME, EventBusGrpc.SERVICE_NAME)) {
        Await.until(status + " of " + node.id(), BOUND, () -> node.health(service) == status);
      }
    }
  }

  @Test
  void whatWasAcknowledgedOutlivesKillsAndComesOnceAndInOrder() {
    // Begun before the first save, or it would rightly not see that one.
    try (Subscriber subscriber = Subscriber.open(b, Requests.live(namespace)).awaitStarted();
        Witness witness = new Witness(namespace, List.of(a, b), 8)) {
      witness.awaitMore(200);
      for (int kill = 0; kill < rounds(); kill++) {
        nats.kill();
        witness.awaitFailure();
        nats.restart();
        witness.awaitMore(300);
      }
      witness.endAndCheck(a, subscriber);
      try (Subscriber later = Subscriber.open(a, Requests.fromBeginning(namespace))) {
        assertEquals(
            subscriber.commits(),
            later.await("all", s -> s.commits().size() >= subscriber.commits().size()).commits());
      }
    }
  }

  private static int rounds() {
    return Contract.rounds("kill.rounds", 3);
  }

  @Test
  void aSaveOfWhichNothingIsHeardIsUnknownAndItsRepeatFindsIt() throws Exception {
    a.save(Requests.saveAt(namespace, "actor", 0));
    SaveEventsRequest.Builder request = Requests.saveAt(namespace, "actor", 1);
    nats.signal("STOP");
    Refusal unheard;
    try {
      unheard =
          Refusal.of(
              () -> a.store().withDeadlineAfter(4, TimeUnit.SECONDS).saveEvents(request.build()));
    } finally {
      nats.signal("CONT");
    }
    assertEquals("OUTCOME_UNKNOWN", unheard.reason(), unheard::toString);
    assertEquals(Status.Code.UNAVAILABLE, unheard.code());

    assertEquals(2, a.save(request.setRetry(true)).getLastVersion());
    assertEquals(2, b.latest(namespace, "actor"));
  }

  /** JetStream takes the commit when the node has long given up waiting for its word. */
  @Test
  void aSaveWhoseAcknowledgementWasLostIsStoredOnceWhateverItExpects() throws Exception {
    a.save(Requests.saveAt(namespace, "exactly", 0));
    a.save(Requests.saveAt(namespace, "any", 0));
    a.save(Requests.saveAt(namespace, "existing", 0));
    List<SaveEventsRequest> requests =
        List.of(
            Requests.saveAt(namespace, "exactly", 1).build(),
            Requests.saveAny(namespace, "any").build(),
            Requests.save(namespace, "existing", 1)
                .setExistingActor(Empty.getDefaultInstance())
                .build());
    List<SaveEventsResponse> answers = new ArrayList<>();
    nats.signal("STOP");
    Thread later = goOnAfter(LONGER_THAN_AN_ACKNOWLEDGEMENT);
    answers.addAll(AtOnce.results(3, i -> a.save(requests.get(i))));
    later.join();
    for (int i = 0; i < 3; i++) {
      assertEquals(2, answers.get(i).getLastVersion());
      assertEquals(2, b.events(namespace, requests.get(i).getActorId()).size());
    }
  }

  private Thread goOnAfter(Duration pause) {
    Thread later =
        new Thread(
            () -> {
              try {
                Thread.sleep(pause.toMillis());
                nats.signal("CONT");
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    later.start();
    return later;
  }

  @Test
  void equalSavesThatWaitTogetherAreOneThoughOthersComeBetween() throws Exception {
    a.save(Requests.saveAt(namespace, "known", 0));
    b.save(Requests.saveAt(namespace, "unknown", 0));
    for (String actor : List.of("known", "unknown")) {
      SaveEventsRequest equal = Requests.saveAny(namespace, actor).setCommitId("equal").build();
      nats.signal("STOP");
      Thread later = goOnAfter(Duration.ofMillis(600));
      List<SaveEventsResponse> answers =
          AtOnce.results(
              12, i -> a.save(i % 3 == 0 ? equal : Requests.saveAny(namespace, actor).build()));
      later.join();
      assertEquals(9, answers.stream().filter(answer -> !answer.getReplayed()).count());
      assertEquals(10, b.latest(namespace, actor));
    }
  }

  /** As after a power failure of a NATS that acknowledges before it syncs. */
  @Test
  void aSubscriberIsToldThatTheStoreLostWhatItWasGiven(@TempDir Path copies) {
    a.save(Requests.saveAt(namespace, "actor", 0));
    nats.kill();
    awaitHealth(ServingStatus.NOT_SERVING);
    nats.copyStore(copies.resolve("early"));
    nats.restart();
    awaitHealth(ServingStatus.SERVING);
    a.save(Requests.saveAt(namespace, "actor", 1));
    a.save(Requests.saveAt(namespace, "actor", 2));
    try (Subscriber all = Subscriber.open(b, Requests.fromBeginning(namespace))) {
      all.awaitCommits(3);
      nats.kill();
      nats.putStoreBack(copies.resolve("early"));
      nats.restart();
      assertEquals("CURSOR_UNKNOWN", all.awaitEnd(BOUND).reason());
    }
    awaitHealth(ServingStatus.SERVING);
    assertEquals(2, a.save(Requests.saveAt(namespace, "actor", 1)).getFirstVersion());
  }

  @Test
  void whileNatsIsAwayCallsFailInTimeAndHealthSaysSoUntilItIsBack() {
    a.save(Requests.saveAt(namespace, "actor", 0));
    awaitHealth(ServingStatus.SERVING);

    nats.kill();
    awaitHealth(ServingStatus.NOT_SERVING);
    SaveEventsRequest request = Requests.saveAt(namespace, "actor", 1).build();
    for (Node node : List.of(a, b)) {
      Refusal save =
          Refusal.of(() -> node.store().withDeadlineAfter(3, TimeUnit.SECONDS).saveEvents(request));
      assertEquals(Status.Code.UNAVAILABLE, save.code(), save::toString);
      assertEquals("STORE_UNAVAILABLE", save.reason());
      Refusal read = Refusal.of(() -> node.events(namespace, "actor"));
      assertEquals(Status.Code.UNAVAILABLE, read.code());
      assertEquals("STORE_UNAVAILABLE", read.reason());
      Refusal latest = Refusal.of(() -> node.latest(namespace, "actor"));
      assertEquals("STORE_UNAVAILABLE", latest.reason());
      Refusal subscription = Subscriber.refusal(node, Requests.live(namespace));
      assertEquals(Status.Code.UNAVAILABLE, subscription.code());
      assertEquals("STORE_UNAVAILABLE", subscription.reason());
      Refusal unmade =
          Refusal.of(
              () ->
                  node.store()
                      .withDeadlineAfter(3, TimeUnit.SECONDS)
                      .saveEvents(Requests.saveAt(namespace + "2", "actor", 0).build()));
      assertEquals("STORE_UNAVAILABLE", unmade.reason());
    }

    nats.restart();
    awaitHealth(ServingStatus.SERVING);
    assertEquals(1, b.latest(namespace, "actor"));
    assertEquals(2, b.save(request).getFirstVersion());
    assertEquals(3, a.save(Requests.saveAt(namespace, "actor", 2)).getFirstVersion());
  }

  @Test
  void withoutADeadlineASaveIsAnsweredWithinTheServersOwnCap() {
    a.save(Requests.saveAt(namespace, "actor", 0));
    nats.kill();
    long begun = System.nanoTime();
    Refusal refusal =
        Refusal.of(
            () ->
                EventStoreGrpc.newBlockingStub(a.channel())
                    .saveEvents(Requests.saveAt(namespace, "actor", 1).build()));
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    assertEquals(Status.Code.UNAVAILABLE, refusal.code());
    assertTrue(
        Set.of("STORE_UNAVAILABLE", "OUTCOME_UNKNOWN").contains(refusal.reason()),
        refusal::toString);
    assertTrue(took.compareTo(Duration.ofSeconds(20)) < 0, took::toString);
  }

  @Test
  void anOpenSubscriptionSeesWhatIsSavedAfterARestartWithoutBeingOpenedAgain() {
    a.save(Requests.saveAt(namespace, "actor", 0));
    try (Subscriber all = Subscriber.open(b, Requests.fromBeginning(namespace));
        Subscriber missing = Subscriber.open(b, Requests.live(namespace + "2"))) {
      all.awaitCommits(1);
      missing.awaitCaughtUp();
      nats.kill();
      nats.restart();
      awaitHealth(ServingStatus.SERVING);
      for (int i = 1; i <= 20; i++) {
        a.save(Requests.saveAt(namespace, "actor", i));
        a.save(Requests.saveAt(namespace + "2", "actor", i - 1));
      }
      all.awaitCommits(21);
      missing.awaitCommits(20);
      Contract.assertInOrder(all.commits());
      Contract.assertInOrder(missing.commits());
      assertEquals(1, all.frames(FrameCase.STARTED).size());
    }
  }

  @Test
  void broadcastsGoOnAfterARestartAndAreRefusedMeanwhile() {
    a.save(Requests.saveAt(namespace, "actor", 0));
    try (Subscriber all = Subscriber.open(b, Requests.live(namespace).setIncludeBroadcasts(true))) {
      all.awaitCaughtUp();
      a.publish(namespace, Requests.event("Before"));
      all.awaitBroadcasts(1);

      nats.kill();
      awaitHealth(ServingStatus.NOT_SERVING);
      for (Node node : List.of(a, b)) {
        Refusal refusal = Refusal.of(() -> node.publish(namespace, Requests.event("Refused")));
        assertEquals("STORE_UNAVAILABLE", refusal.reason());
        assertEquals(Status.Code.UNAVAILABLE, refusal.code());
      }

      nats.restart();
      awaitHealth(ServingStatus.SERVING);
      // At most once: the other node may hear again a moment later than this one may publish.
      all.await(
          "a broadcast after the restart",
          BOUND,
          s -> {
            a.publish(namespace, Requests.event("After"));
            return s.broadcasts().size() > 1;
          });
      a.save(Requests.saveAt(namespace, "actor", 1));
      assertEquals(List.of(2L), Contract.versions(all.awaitCommits(1).events()));
      assertEquals(
          Set.of("Before", "After"),
          all.broadcasts().stream()
              .map(broadcast -> broadcast.getEvent().getEventType())
              .collect(Collectors.toSet()));
      assertEquals(1, all.frames(FrameCase.STARTED).size());
    }
  }

  @Test
  void aBroadcastThatNatsDoesNotTakeIsNotSaidToBeOut() throws Exception {
    try (Subscriber all = Subscriber.open(b, Requests.live(namespace).setIncludeBroadcasts(true))) {
      all.awaitCaughtUp();
      nats.signal("STOP");
      Refusal unheard;
      try {
        unheard = Refusal.of(() -> a.publish(namespace, Requests.event("Unheard")));
      } finally {
        nats.signal("CONT");
      }
      assertEquals("OUTCOME_UNKNOWN", unheard.reason(), unheard::toString);
      assertEquals(namespace, unheard.metadata().get("namespace"));
      a.publish(namespace, Requests.event("Last"));
      all.await(
          "the last",
          BOUND,
          s ->
              s.broadcasts().stream()
                  .anyMatch(broadcast -> broadcast.getEvent().getEventType().equals("Last")));
      long unheardCount =
          all.broadcasts().stream()
              .filter(broadcast -> broadcast.getEvent().getEventType().equals("Unheard"))
              .count();
      assertTrue(unheardCount <= 1, unheardCount + " times");
    }
  }

  @Test
  void aSubscriptionThatIsCutOffEndsAndIsResumedByItsCursor() {
    a.save(Requests.saveAt(namespace, "actor", 0));
    try (Subscriber cutOff = Subscriber.open(b, Requests.fromBeginning(namespace));
        Subscriber ofNothing = Subscriber.open(b, Requests.live(namespace + "2"))) {
      cutOff.awaitCaughtUp();
      ofNothing.awaitCaughtUp();
      nats.kill();
      for (Subscriber subscriber : List.of(cutOff, ofNothing)) {
        Refusal end = subscriber.awaitEnd(CUT_OFF_WITHIN);
        assertEquals(Status.Code.UNAVAILABLE, end.code());
        assertEquals("STORE_UNAVAILABLE", end.reason());
      }
      nats.restart();
      awaitHealth(ServingStatus.SERVING);
      a.save(Requests.saveAt(namespace, "actor", 1));
      try (Subscriber resumed = Subscriber.open(a, Requests.after(namespace, cutOff.cursor()))) {
        assertEquals(List.of(2L), Contract.versions(resumed.awaitCommits(1).events()));
      }
    }
  }

  @Test
  void aNewNodeAfterARestartOfEverythingAnswersAsTheOldOneDid() {
    SaveEventsRequest first = Requests.save(namespace, "actor", 3).setExpectedVersion(0).build();
    SaveEventsRequest any = Requests.saveAny(namespace, "actor").setRetry(true).build();
    SaveEventsResponse firstAnswer = a.save(first);
    SaveEventsResponse anyAnswer = b.save(any);
    List<Event> events = a.events(namespace, "actor");
    String cursor;
    try (Subscriber subscriber = Subscriber.open(a, Requests.fromBeginning(namespace))) {
      cursor = subscriber.awaitCaughtUp().cursor();
    }
    a.save(Requests.saveAt(namespace, "actor", 4));

    a.close();
    nats.kill();
    nats.restart();
    a = Node.start(config().withNodeId("node-a2"));

    assertEquals(firstAnswer.toBuilder().setReplayed(true).build(), a.save(first));
    assertEquals(anyAnswer.toBuilder().setReplayed(true).build(), a.save(any));
    assertEquals(events, a.events(namespace, "actor").subList(0, 4));
    assertEquals(5, a.latest(namespace, "actor"));
    try (Subscriber subscriber = Subscriber.open(a, Requests.after(namespace, cursor))) {
      assertEquals(List.of(5L), Contract.versions(subscriber.awaitCaughtUp().events()));
    }
  }
}
