package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.v1.CommitAt;
import dev.aether.v1.Filter;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscribeResponse.FrameCase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Subscribe: frames, their order, and what comes from where. */
abstract class SubscribingContract extends Contract {
  private static final int MAX_FRAME_BYTES = 4 * 1024 * 1024;
  private static final Duration HEARTBEAT_EVERY = Duration.ofSeconds(10);

  SubscribingContract(Fixture fixture) {
    super(fixture);
  }

  private Subscriber open(Node node, dev.aether.v1.SubscribeRequest.Builder request) {
    return Subscriber.open(node, request);
  }

  private String save(int number) {
    SaveEventsRequest request =
        Requests.saveAt(namespace, actor, number - 1).setCommitId("c" + number).build();
    (number % 2 == 0 ? a : b).save(request);
    return request.getCommitId();
  }

  private static List<String> ids(int from, int to) {
    List<String> ids = new ArrayList<>();
    for (int i = from; i <= to; i++) {
      ids.add("c" + i);
    }
    return ids;
  }

  private static List<FrameCase> kinds(Subscriber subscriber) {
    return subscriber.frames().stream().map(SubscribeResponse::getFrameCase).toList();
  }

  @Test
  void aLiveSubscriptionStartsThenIsCaughtUpThenSeesWhatIsSaved() {
    save(1);
    save(2);
    try (Subscriber live = open(b, Requests.live(namespace))) {
      live.awaitStarted();
      save(3);
      save(4);
      live.awaitCommits(2);
      assertEquals(List.of(FrameCase.STARTED, FrameCase.CAUGHT_UP), kinds(live).subList(0, 2));
      assertEquals(ids(3, 4), live.commitIds());
      assertEquals(b.id(), live.frames().get(0).getStarted().getNodeId());
      assertEquals(1, live.frames(FrameCase.CAUGHT_UP).size());
    }
  }

  @Test
  void everythingAcknowledgedAfterStartedIsSeen() {
    save(1);
    for (int round = 0; round < 20; round++) {
      Node node = round % 2 == 0 ? a : b;
      try (Subscriber live = open(node, Requests.live(namespace))) {
        live.awaitStarted();
        assertEquals(List.of(save(round + 2)), live.awaitCommits(1).commitIds());
      }
    }
  }

  @Test
  void aSubscriptionFromTheBeginningSeesAllAndIsCaughtUpOnce() {
    for (int i = 1; i <= 30; i++) {
      save(i);
    }
    try (Subscriber all = open(b, Requests.fromBeginning(namespace))) {
      all.awaitCaughtUp();
      assertEquals(ids(1, 30), all.commitIds());
      assertEquals(FrameCase.STARTED, kinds(all).get(0));
      save(31);
      all.awaitCommits(31);
      assertEquals(ids(1, 31), all.commitIds());
      assertEquals(1, all.frames(FrameCase.CAUGHT_UP).size());
      assertInOrder(all.commits());
    }
  }

  @Test
  void anEmptyNamespaceIsCaughtUpAtOnceHoweverOneStarts() {
    for (dev.aether.v1.SubscribeRequest.Builder request :
        List.of(Requests.live(namespace), Requests.fromBeginning(namespace))) {
      try (Subscriber subscriber = open(a, request)) {
        subscriber.awaitCaughtUp();
        assertEquals(List.of(FrameCase.STARTED, FrameCase.CAUGHT_UP), kinds(subscriber));
      }
    }
  }

  @Test
  void aNamespaceMadeLaterIsReadFromItsFirstCommit() {
    try (Subscriber live = open(b, Requests.live(namespace));
        Subscriber all = open(a, Requests.fromBeginning(namespace))) {
      live.awaitCaughtUp();
      all.awaitCaughtUp();
      for (int i = 1; i <= 10; i++) {
        save(i);
      }
      assertEquals(ids(1, 10), live.awaitCommits(10).commitIds());
      assertEquals(ids(1, 10), all.awaitCommits(10).commitIds());
    }
  }

  @Test
  void theCursorOfAMissingNamespaceReadsItFromItsFirstCommit() {
    String cursor;
    try (Subscriber live = open(b, Requests.live(namespace))) {
      cursor = live.awaitCaughtUp().cursor();
    }
    save(1);
    save(2);
    try (Subscriber resumed = open(a, Requests.after(namespace, cursor))) {
      assertEquals(ids(1, 2), resumed.awaitCommits(2).commitIds());
    }
  }

  @Test
  void aSubscriptionDoesNotMakeItsNamespaceNorDoesARead() {
    long before = a.save(Requests.saveAt(namespace, actor, 0)).getPosition();
    String missing = Requests.unique("missing");
    try (Subscriber subscriber = open(a, Requests.live(missing))) {
      subscriber.awaitCaughtUp();
      assertEquals(0, a.latest(missing, actor));
      assertEquals(List.of(), a.events(missing, actor));
    }
    // A namespace that had been made would stand in the cursor of a new subscription.
    try (Subscriber of = open(b, Requests.live(missing));
        Subscriber made = open(b, Requests.live(namespace))) {
      of.awaitCaughtUp();
      made.awaitCaughtUp();
      assertEquals(0, Cursors.of(of.cursor()).getNamespacesCount());
      assertEquals(before, Cursors.of(made.cursor()).getNamespaces(0).getPositions(0));
    }
  }

  @Test
  void aCommitComesWithItsPlaceAndTime() {
    Instant before = Instant.now();
    SaveEventsResponse saved = a.save(Requests.save(namespace, actor, 3).setExpectedVersion(0));
    try (Subscriber all = open(b, Requests.fromBeginning(namespace))) {
      CommitAt at = all.awaitCommits(1).commits().get(0);
      assertEquals(saved.getPartition(), at.getPartition());
      assertEquals(saved.getPosition(), at.getPosition());
      assertEquals(namespace, at.getCommit().getNamespace());
      assertEquals(actor, at.getCommit().getActorId());
      assertEquals(1, at.getCommit().getFirstVersion());
      assertEquals(3, at.getCommit().getLastVersion());
      assertEquals(a.events(namespace, actor), at.getCommit().getEventsList());
      Instant stored =
          Instant.ofEpochSecond(at.getStoredAt().getSeconds(), at.getStoredAt().getNanos());
      assertTrue(Duration.between(before, stored).abs().compareTo(Duration.ofMinutes(1)) < 0);
    }
  }

  @Test
  void heavyCommitsComeInFramesThatAnyClientCanTakeAndNeverSplit() {
    for (int i = 0; i < 12; i++) {
      a.save(
          Requests.save(namespace, actor, 0)
              .setExpectedVersion(2L * i)
              .addEvents(Requests.heavyEvent(i % 4 == 3 ? 3_000_000 : 600_000))
              .addEvents(Requests.heavyEvent(100_000)));
    }
    try (Subscriber all = open(b, Requests.fromBeginning(namespace))) {
      all.awaitCaughtUp();
      assertEquals(12, all.commits().size());
      assertInOrder(all.commits());
      all.commits().forEach(at -> assertEquals(2, at.getCommit().getEventsCount()));
      all.frames().forEach(frame -> assertTrue(frame.getSerializedSize() < MAX_FRAME_BYTES));
    }
  }

  @Test
  void manySmallCommitsOfLongNamesComeInFramesThatAnyClientCanTake() {
    String longName = "n".repeat(200);
    for (int i = 0; i < 5; i++) {
      a.save(Requests.save(namespace, longName, 1000).setExpectedVersion(1000L * i));
    }
    try (Subscriber notices =
        open(
            b,
            Requests.fromBeginning(namespace).setDetail(dev.aether.v1.Detail.DETAIL_STORED_ONLY))) {
      notices.awaitCaughtUp();
      assertEquals(5000, notices.stored().size());
      notices.frames().forEach(frame -> assertTrue(frame.getSerializedSize() < MAX_FRAME_BYTES));
    }
  }

  @Test
  void heartbeatsComeThoughAFilterLetsNothingPass() {
    save(1);
    long begun = System.nanoTime();
    try (Subscriber filtered =
            open(
                b,
                Requests.live(namespace)
                    .setFilter(Filter.newBuilder().addEventTypes("NeverSaved")));
        Subscriber idle = open(a, Requests.live(Requests.unique("missing")))) {
      filtered.awaitCaughtUp();
      idle.awaitCaughtUp();
      int[] saved = {1};
      filtered.await(
          "a heartbeat",
          HEARTBEAT_EVERY,
          s -> {
            if (System.nanoTime() - begun > saved[0] * 100_000_000L) {
              saved[0]++;
              save(saved[0]);
            }
            return !s.frames(FrameCase.HEARTBEAT).isEmpty();
          });
      assertEquals(List.of(), filtered.commits());
      idle.await("a heartbeat", HEARTBEAT_EVERY, s -> !s.frames(FrameCase.HEARTBEAT).isEmpty());

      // The heartbeat's cursor stands after what the filter kept back.
      SubscribeResponse heartbeat = filtered.frames(FrameCase.HEARTBEAT).get(0);
      long position =
          Cursors.of(heartbeat.getHeartbeat().getCursor()).getNamespaces(0).getPositions(0);
      assertTrue(position > 1, "position " + position);
    }
  }

  @Test
  void subscribersDoNotDisturbEachOther() {
    save(1);
    try (Subscriber first = open(b, Requests.fromBeginning(namespace));
        Subscriber second = open(b, Requests.live(namespace));
        Subscriber third = open(a, Requests.live(namespace))) {
      first.awaitCaughtUp();
      second.awaitCaughtUp();
      third.awaitCaughtUp();
      save(2);
      first.awaitCommits(2);
      second.awaitCommits(1);
      second.close();
      for (int i = 3; i <= 20; i++) {
        save(i);
      }
      assertEquals(ids(1, 20), first.awaitCommits(20).commitIds());
      assertEquals(ids(2, 20), third.awaitCommits(19).commitIds());
    }
  }

  @Test
  void aSubscriberThatDoesNotReadHarmsNoOtherAndLosesNothing() {
    int commits = rounds("stalled.commits", 150);
    a.save(
        Requests.save(namespace, actor, 0)
            .setExpectedVersion(0)
            .addEvents(Requests.heavyEvent(100)));
    try (Subscriber stalled = Subscriber.openStalled(b, Requests.fromBeginning(namespace));
        Subscriber other = open(b, Requests.fromBeginning(namespace))) {
      stalled.awaitStarted();
      other.awaitCaughtUp();
      for (int i = 1; i < commits; i++) {
        a.save(
            Requests.save(namespace, actor, 0)
                .setExpectedVersion(i)
                .addEvents(Requests.heavyEvent(100_000)));
      }
      other.awaitCommits(commits);
      assertInOrder(other.commits());
      assertTrue(stalled.commits().size() < commits);

      stalled.read();
      stalled.awaitCommits(commits);
      assertEquals(other.commits(), stalled.commits());
    }
  }
}
