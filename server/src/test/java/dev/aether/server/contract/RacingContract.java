package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.Empty;
import dev.aether.v1.CommitAt;
import dev.aether.v1.Detail;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.EventStored;
import dev.aether.v1.Filter;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.VersionConflict;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Many writers at once, on both nodes. */
abstract class RacingContract extends Contract {
  private static final int WRITERS = 8;
  private static final int ACTORS = 20;
  private static final String LAST = "last";

  RacingContract(Fixture fixture) {
    super(fixture);
  }

  /** The conflict of a save that lost; empty if it won. */
  private static Optional<VersionConflict> lost(Node node, SaveEventsRequest request) {
    try {
      SaveEventsResponse saved = node.save(request);
      assertFalse(saved.getReplayed());
      return Optional.empty();
    } catch (StatusRuntimeException e) {
      return Optional.of(Refusal.of(e).conflict());
    }
  }

  @Test
  void ofFiftyWritersWithTheSameExpectationExactlyOneWins() {
    fiftyWriters(rounds("fifty.rounds", 10), i -> a);
  }

  @Test
  void ofFiftyWritersOnTwoNodesWithTheSameExpectationExactlyOneWins() {
    fiftyWriters(rounds("fifty.rounds", 25), i -> i % 2 == 0 ? a : b);
  }

  private void fiftyWriters(int rounds, java.util.function.IntFunction<Node> nodes) {
    for (int round = 0; round < rounds; round++) {
      long expected = round;
      List<Optional<VersionConflict>> outcomes =
          AtOnce.results(
              50, i -> lost(nodes.apply(i), Requests.saveAt(namespace, actor, expected).build()));
      List<VersionConflict> conflicts = outcomes.stream().flatMap(Optional::stream).toList();
      assertEquals(49, conflicts.size(), "round " + round);
      conflicts.forEach(
          conflict -> {
            assertEquals(actor, conflict.getActorId());
            assertEquals(expected + 1, conflict.getCurrentVersion());
            assertEquals(expected + 1, conflict.getAttemptedVersion());
          });
      assertEquals(expected + 1, b.latest(namespace, actor));
    }
    assertEquals(versions(1, rounds), versions(a.events(namespace, actor)));
  }

  @Test
  void writersAtAnyVersionNeverConflict() {
    int each = rounds("any.saves", 20);
    AtOnce.results(
        16,
        i -> {
          for (int n = 0; n < each; n++) {
            (i % 2 == 0 ? a : b).save(Requests.saveAny(namespace, actor));
          }
          return true;
        });
    assertEquals(versions(1, 16L * each), versions(b.events(namespace, actor)));
  }

  @Test
  void aNodesStaleKnowledgeNeitherRefusesNorAcceptsWrongly() {
    long version = 0;
    for (int round = 0; round < rounds("alternate.rounds", 100); round++) {
      Node first = round % 2 == 0 ? a : b;
      Node second = round % 2 == 0 ? b : a;
      first.save(Requests.saveAt(namespace, actor, version));
      second.save(Requests.saveAt(namespace, actor, version + 1));
      assertEquals(version + 2, first.latest(namespace, actor));
      assertEquals(
          version + 3, first.save(Requests.saveAt(namespace, actor, version + 2)).getLastVersion());
      long stale = version + 1;
      VersionConflict conflict =
          Refusal.of(() -> second.save(Requests.saveAt(namespace, actor, stale))).conflict();
      assertEquals(version + 3, conflict.getCurrentVersion());
      assertEquals(version + 2, conflict.getAttemptedVersion());
      version += 3;
    }
    assertEquals(versions(1, version), versions(a.events(namespace, actor)));
  }

  /** Which of eight writers' actors is the n-th, in two groups that patterns can tell apart. */
  private static String actorOf(int n) {
    return (n % 2 == 0 ? "even." : "odd.") + n;
  }

  /** One writer's saves; answers the ids of what was acknowledged. */
  private List<String> write(int writer, int saves, long seed) {
    Random random = new Random(seed + writer);
    Node node = writer % 2 == 0 ? a : b;
    List<String> acknowledged = new ArrayList<>();
    for (int i = 0; i < saves; i++) {
      String target = actorOf(random.nextInt(ACTORS));
      SaveEventsRequest.Builder request =
          Requests.save(namespace, target, 1 + random.nextInt(3))
              .setCommitId("w" + writer + "-" + i);
      boolean any = random.nextBoolean();
      boolean saved = false;
      while (!saved) {
        SaveEventsRequest next =
            any
                ? request.clone().setAnyVersion(Empty.getDefaultInstance()).build()
                : request.clone().setExpectedVersion(node.latest(namespace, target)).build();
        saved = lost(node, next).isEmpty();
      }
      acknowledged.add(request.getCommitId());
    }
    return acknowledged;
  }

  @Test
  void subscribersSeeAllThatEightWritersSaveOnBothNodesOnceAndInOrder() {
    long seed = random().nextLong();
    int saves = rounds("writers.saves", 60);
    for (int i = 0; i < 10; i++) {
      a.save(Requests.saveAny(namespace, actorOf(i)).setCommitId("before-" + i));
    }
    String cursor;
    try (Subscriber before = Subscriber.open(a, Requests.fromBeginning(namespace))) {
      before.awaitCommits(5);
      cursor = before.awaitCaughtUp().cursor();
    }
    Filter.Builder typed = Filter.newBuilder().addEventTypes("E3").addEventTypes("Last");
    Filter.Builder even = Filter.newBuilder().setActorPattern("even.*");
    try (Subscriber live = Subscriber.open(b, Requests.live(namespace));
        Subscriber all = Subscriber.open(b, Requests.fromBeginning(namespace));
        Subscriber resumed = Subscriber.open(b, Requests.after(namespace, cursor));
        Subscriber notices =
            Subscriber.open(
                b, Requests.fromBeginning(namespace).setDetail(Detail.DETAIL_STORED_ONLY));
        Subscriber ofType = Subscriber.open(b, Requests.live(namespace).setFilter(typed));
        Subscriber ofActors = Subscriber.open(b, Requests.live(namespace).setFilter(even))) {
      List.of(live, ofType, ofActors).forEach(Subscriber::awaitCaughtUp);
      List<List<String>> acknowledged =
          AtOnce.results(WRITERS, writer -> write(writer, saves, seed));
      a.save(
          Requests.saveAny(namespace, actorOf(0))
              .setCommitId(LAST)
              .setEvents(0, Requests.event("Last")));
      List.of(live, all, resumed, ofType, ofActors).forEach(s -> s.awaitCommit(LAST));

      List<CommitAt> log = all.commits();
      assertInOrder(log);
      Set<String> expected = new HashSet<>(acknowledged.stream().flatMap(List::stream).toList());
      for (int i = 0; i < 10; i++) {
        expected.add("before-" + i);
      }
      expected.add(LAST);
      assertEquals(expected.size(), log.size());
      assertEquals(expected, new HashSet<>(all.commitIds()));

      List<CommitAt> written = log.subList(10, log.size());
      assertEquals(written, live.commits());
      assertEquals(written, resumed.commits());
      assertEquals(
          written.stream()
              .filter(
                  at ->
                      at.getCommit().getEventsList().stream()
                          .anyMatch(e -> typed.getEventTypesList().contains(e.getEventType())))
              .toList(),
          ofType.commits());
      assertEquals(
          written.stream().filter(at -> at.getCommit().getActorId().startsWith("even.")).toList(),
          ofActors.commits());
      assertNotices(log, notices);
      assertTrue(ofType.commits().size() > 1 && ofActors.commits().size() > 1);
    }
  }

  private static void assertNotices(List<CommitAt> log, Subscriber notices) {
    List<String> expected = new ArrayList<>();
    for (CommitAt at : log) {
      at.getCommit()
          .getEventsList()
          .forEach(e -> expected.add(e.getActorId() + " " + e.getVersion() + " " + e.getEventId()));
    }
    notices.awaitStored(expected.size());
    assertEquals(expected, notices.stored().stream().map(RacingContract::text).toList());
  }

  private static String text(EventStored stored) {
    return stored.getActorId() + " " + stored.getVersion() + " " + stored.getEventId();
  }

  @Test
  void aNamespaceThatBothNodesMakeAtOnceIsOneNamespace() {
    for (int round = 0; round < 2; round++) {
      String fresh = Requests.unique("contract");
      List<Optional<VersionConflict>> outcomes =
          AtOnce.results(
              12,
              i ->
                  lost(
                      i % 2 == 0 ? a : b,
                      Requests.saveAt(fresh, i < 6 ? "shared" : "own-" + i, 0).build()));
      assertEquals(5, outcomes.stream().filter(Optional::isPresent).count());
      try (Subscriber all = Subscriber.open(b, Requests.fromBeginning(fresh))) {
        assertEquals(7, all.awaitCaughtUp().commits().size());
      }
    }
  }

  @Test
  void subscribersMayComeAndGoWhileOthersWrite() {
    int rounds = rounds("churn.rounds", 10);
    AtOnce.results(
        6,
        i -> {
          Node mine = i % 2 == 0 ? a : b;
          Node other = i % 2 == 0 ? b : a;
          for (int round = 0; round < rounds; round++) {
            try (Subscriber live = Subscriber.open(mine, Requests.live(namespace))) {
              live.awaitStarted();
              String id = Requests.unique("marker");
              other.save(Requests.saveAny(namespace, actor + i).setCommitId(id));
              live.awaitCommit(id);
              assertEquals(1, live.commitIds().stream().filter(id::equals).count());
            }
          }
          return true;
        });
    try (Subscriber all = Subscriber.open(a, Requests.fromBeginning(namespace))) {
      assertEquals(6 * rounds, all.awaitCaughtUp().commits().size());
      assertInOrder(all.commits());
    }
  }

  @Test
  void savesBeyondABoundAreRefusedWithTheTimeToWaitAndNotStored() {
    int count = rounds("overload.saves", 3000);
    List<ListenableFuture<SaveEventsResponse>> answers = new ArrayList<>();
    EventStoreGrpc.EventStoreFutureStub stub =
        EventStoreGrpc.newFutureStub(b.channel()).withDeadlineAfter(30, TimeUnit.SECONDS);
    for (int i = 0; i < count; i++) {
      answers.add(stub.saveEvents(Requests.saveAny(namespace, actor).build()));
    }
    long stored = 0;
    for (ListenableFuture<SaveEventsResponse> answer : answers) {
      try {
        answer.get();
        stored++;
      } catch (ExecutionException e) {
        Refusal refusal = Refusal.of(e);
        assertEquals("OVERLOADED", refusal.reason());
        assertEquals(Status.Code.RESOURCE_EXHAUSTED, refusal.code());
        assertTrue(refusal.retryAfterNanos() > 0);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
    assertEquals(versions(1, stored), versions(a.events(namespace, actor)));
  }
}
