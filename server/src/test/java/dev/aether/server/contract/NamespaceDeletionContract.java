package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.v1.CommitAt;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscribeResponse.FrameCase;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a deletion means to saves, reads and subscriptions, and what a new incarnation is. */
abstract class NamespaceDeletionContract extends Contract {
  NamespaceDeletionContract(Fixture fixture) {
    super(fixture);
  }

  private void assertEmpty(Node node) {
    assertEquals(0, node.latest(namespace, actor));
    assertEquals(List.of(), node.events(namespace, actor));
    SaveEventsRequest late = Requests.saveAt(namespace, actor, 3).build();
    assertEquals(0, Refusal.of(() -> node.save(late)).conflict().getCurrentVersion());
    SaveEventsRequest existing =
        Requests.save(namespace, actor, 1)
            .setExistingActor(com.google.protobuf.Empty.getDefaultInstance())
            .build();
    assertEquals(0, Refusal.of(() -> node.save(existing)).conflict().getCurrentVersion());
  }

  @Test
  void afterADeletionNobodyFindsAnythingAndVersionsBeginAgain() {
    for (int round = 0; round < rounds("delete.rounds", 5); round++) {
      Node first = round % 2 == 0 ? a : b;
      Node second = round % 2 == 0 ? b : a;
      SaveEventsRequest request = Requests.saveAt(namespace, actor, 0).setCommitId("same").build();
      assertEquals(1, first.save(request).getFirstVersion());
      second.save(Requests.saveAt(namespace, actor, 1));
      first.save(Requests.saveAt(namespace, actor, 2));
      String incarnation = a.namespace(namespace).getIncarnation();

      first.delete(namespace);
      assertEmpty(second);
      assertEmpty(first);

      // The same commit id in the new incarnation is a new save.
      var saved = second.save(request);
      assertEquals(1, saved.getFirstVersion());
      assertTrue(!saved.getReplayed());
      assertEquals(1, first.latest(namespace, actor));
      assertNotEquals(incarnation, first.namespace(namespace).getIncarnation());
      assertEquals(List.of(1L), versions(first.events(namespace, actor)));
      second.delete(namespace);
    }
  }

  @Test
  void aNamespaceDeletedAndMadeAnewBehindANodesCacheIsTheNewOne() {
    long stale = 0;
    for (int round = 0; round < rounds("behind.rounds", 10); round++) {
      for (long version = stale; version < 3; version++) {
        b.save(Requests.saveAt(namespace, actor, version));
      }
      a.latest(namespace, actor);
      a.delete(namespace);
      a.save(Requests.saveAt(namespace, actor, 0));

      // What b knows is of the old incarnation.
      if (round % 3 == 0) {
        assertEquals(1, b.latest(namespace, actor));
      } else if (round % 3 == 1) {
        assertEquals(List.of(1L), versions(b.events(namespace, actor)));
      } else {
        SaveEventsRequest late = Requests.saveAt(namespace, actor, 3).build();
        assertEquals(1, Refusal.of(() -> b.save(late)).conflict().getCurrentVersion());
      }
      assertEquals(2, b.save(Requests.saveAt(namespace, actor, 1)).getLastVersion());
      stale = 2;
    }
  }

  private static List<FrameCase> kinds(Subscriber subscriber) {
    return subscriber.frames().stream()
        .map(SubscribeResponse::getFrameCase)
        .filter(kind -> kind != FrameCase.HEARTBEAT)
        .filter(kind -> kind != FrameCase.EVENTS)
        .toList();
  }

  private Subscriber awaitDeleted(Subscriber subscriber, int times) {
    return subscriber.await(
        times + " namespace_deleted", s -> s.frames(FrameCase.NAMESPACE_DELETED).size() == times);
  }

  @Test
  void everySubscriptionIsToldOfADeletionAndReadsTheNewMakingFromItsFirstCommit() {
    String other = namespace + ".other";
    a.save(Requests.saveAt(namespace, actor, 0).setCommitId("old"));
    a.save(Requests.saveAt(other, actor, 0).setCommitId("other-1"));
    try (Subscriber literal = Subscriber.open(a, Requests.fromBeginning(namespace));
        Subscriber far = Subscriber.open(b, Requests.live(namespace));
        Subscriber pattern = Subscriber.open(b, Requests.fromBeginning(">"));
        Subscriber others = Subscriber.open(b, Requests.fromBeginning(other))) {
      List.of(literal, far, pattern, others).forEach(Subscriber::awaitCaughtUp);
      pattern.awaitCommit("old").awaitCommit("other-1");
      b.delete(namespace);
      List.of(literal, far).forEach(s -> awaitDeleted(s, 1));
      pattern.await("namespace_deleted", s -> deletionsOf(s, namespace) == 1);
      assertEquals(
          List.of(FrameCase.STARTED, FrameCase.CAUGHT_UP, FrameCase.NAMESPACE_DELETED), kinds(far));
      literal.await("a cursor without it", s -> Cursors.of(s.cursor()).getNamespacesCount() == 0);

      a.save(Requests.saveAt(namespace, actor, 0).setCommitId("new-1"));
      b.save(Requests.saveAt(namespace, actor, 1).setCommitId("new-2"));
      a.save(Requests.saveAt(other, actor, 1).setCommitId("other-2"));
      assertEquals(List.of("old", "new-1", "new-2"), literal.awaitCommit("new-2").commitIds());
      assertEquals(List.of("new-1", "new-2"), far.awaitCommit("new-2").commitIds());
      pattern.awaitCommit("new-2").awaitCommit("other-2");
      assertEquals(1, deletionsOf(pattern, namespace));
      assertEquals(List.of("other-1", "other-2"), others.awaitCommit("other-2").commitIds());
      assertEquals(0, others.frames(FrameCase.NAMESPACE_DELETED).size());
      String incarnation = a.namespace(namespace).getIncarnation();
      literal.await(
          "a cursor in the new making",
          s ->
              Cursors.of(s.cursor()).getNamespacesCount() == 1
                  && Cursors.of(s.cursor()).getNamespaces(0).getIncarnation().equals(incarnation));
    }
  }

  private static long deletionsOf(Subscriber subscriber, String name) {
    return subscriber.frames(FrameCase.NAMESPACE_DELETED).stream()
        .filter(frame -> frame.getNamespaceDeleted().getNamespace().equals(name))
        .count();
  }

  @Test
  void aCursorOfADeletedMakingGoesOnWithTheRestAndStartsTheNewOneAtItsBeginning() {
    String pattern = namespace + ".*";
    String kept = namespace + ".kept";
    String deleted = namespace + ".deleted";
    a.save(Requests.saveAt(kept, actor, 0).setCommitId("kept-1"));
    for (int i = 0; i < 5; i++) {
      a.save(Requests.saveAt(deleted, actor, i));
    }
    String cursor;
    try (Subscriber before = Subscriber.open(a, Requests.fromBeginning(pattern))) {
      before.awaitCaughtUp();
      assertEquals(6, before.commits().size());
      cursor = before.cursor();
    }
    a.delete(deleted);
    b.save(Requests.saveAt(kept, actor, 1).setCommitId("kept-2"));
    try (Subscriber resumed = Subscriber.open(b, Requests.after(pattern, cursor))) {
      assertEquals(List.of("kept-2"), resumed.awaitCaughtUp().commitIds());
    }
    a.save(Requests.saveAt(deleted, actor, 0).setCommitId("new-1"));
    a.save(Requests.saveAt(deleted, actor, 1).setCommitId("new-2"));
    try (Subscriber resumed = Subscriber.open(b, Requests.after(pattern, cursor))) {
      resumed.awaitCaughtUp();
      assertEquals(Set.of("kept-2", "new-1", "new-2"), Set.copyOf(resumed.commitIds()));
      assertEquals(3, resumed.commits().size());
    }
  }

  /** Saves until told to end; each outcome must be one that a deletion explains. */
  private List<String> write(Node node, int writer, AtomicBoolean over) {
    List<String> outcomes = new ArrayList<>();
    while (!over.get()) {
      try {
        node.save(Requests.saveAny(namespace, actor + "-" + writer));
        outcomes.add("SAVED");
      } catch (StatusRuntimeException e) {
        outcomes.add(Refusal.of(e).reason());
      }
    }
    return outcomes;
  }

  @Test
  void whileANamespaceComesAndGoesSavesEndAndSubscriptionsGoOn() {
    Random random = random();
    AtomicBoolean over = new AtomicBoolean();
    a.create(namespace);
    try (Subscriber all = Subscriber.open(a, Requests.fromBeginning(namespace));
        Subscriber far = Subscriber.open(b, Requests.live(namespace))) {
      all.awaitCaughtUp();
      far.awaitCaughtUp();
      List<List<String>> outcomes =
          AtOnce.results(
              5,
              i -> {
                if (i < 4) {
                  return write(i % 2 == 0 ? a : b, i, over);
                }
                for (int round = 0; round < rounds("churn.deletions", 10); round++) {
                  Node node = random.nextBoolean() ? a : b;
                  int before = far.commits().size();
                  far.await("more commits", s -> s.commits().size() > before + 5);
                  node.delete(namespace);
                }
                over.set(true);
                return List.<String>of();
              });
      for (String outcome : outcomes.stream().flatMap(List::stream).distinct().toList()) {
        assertTrue(Set.of("SAVED", "OUTCOME_UNKNOWN").contains(outcome), outcome);
      }
      for (int i = 0; i < 4; i++) {
        a.save(Requests.saveAny(namespace, actor + "-" + i).setCommitId("last-" + i));
      }
      all.awaitCommit("last-3");
      far.awaitCommit("last-3");
      try (Subscriber now = Subscriber.open(b, Requests.fromBeginning(namespace))) {
        List<CommitAt> stored = now.awaitCaughtUp().commits();
        assertInOrder(stored);
        assertEquals(stored, sinceLastDeletion(all));
        assertEquals(stored, sinceLastDeletion(far));
      }
    }
  }

  private static List<CommitAt> sinceLastDeletion(Subscriber subscriber) {
    List<CommitAt> commits = new ArrayList<>();
    for (SubscribeResponse frame : subscriber.frames()) {
      if (frame.getFrameCase() == FrameCase.NAMESPACE_DELETED) {
        commits.clear();
      }
      commits.addAll(frame.getEvents().getCommitsList());
    }
    return commits;
  }
}
