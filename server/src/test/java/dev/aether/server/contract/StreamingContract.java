package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Empty;
import dev.aether.server.testing.Await;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import dev.aether.v1.SaveEventsStreamResponse.OutcomeCase;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pipelined saves: one outcome each, in order per actor. */
abstract class StreamingContract extends Contract {
  StreamingContract(Fixture fixture) {
    super(fixture);
  }

  private static Refusal failure(SaveEventsStreamResponse answer) {
    assertEquals(OutcomeCase.FAILED, answer.getOutcomeCase(), answer::toString);
    return Refusal.of(StatusProto.toStatusRuntimeException(answer.getFailed()));
  }

  @Test
  void savesOfOneActorSentWithoutWaitingAreStoredAndAnsweredInOrder() {
    List<SaveEventsRequest> requests =
        IntStream.range(0, 200)
            .mapToObj(i -> Requests.saveAt(namespace, actor, i).setCommitId("c-" + i).build())
            .toList();
    List<SaveEventsStreamResponse> answers = SaveStreamer.answers(a, requests);
    assertEquals(
        requests.stream().map(SaveEventsRequest::getCommitId).toList(),
        answers.stream().map(SaveEventsStreamResponse::getCommitId).toList());
    for (int i = 0; i < answers.size(); i++) {
      assertEquals(i + 1, answers.get(i).getSaved().getLastVersion());
    }
    assertEquals(versions(1, 200), versions(b.events(namespace, actor)));
  }

  @Test
  void aFailedSaveEndsOnlyItself() {
    List<SaveEventsStreamResponse> answers =
        SaveStreamer.answers(
            a,
            List.of(
                Requests.saveAt(namespace, actor, 0).build(),
                Requests.saveAt(namespace, actor, 0).build(),
                Requests.saveAt(namespace, actor, 1).clearEvents().build(),
                Requests.saveAt(namespace, actor, 1).setCommitId("").build(),
                Requests.saveAt(namespace, actor, 1).setCommitId("x".repeat(5000)).build(),
                Requests.saveAt(namespace, "", 1).build(),
                Requests.save(namespace, "nobody", 1)
                    .setExistingActor(Empty.getDefaultInstance())
                    .build(),
                Requests.saveAt(namespace, actor, 1).build()));
    assertEquals(8, answers.size());
    Map<String, SaveEventsStreamResponse> last = new HashMap<>();
    int conflicts = 0;
    int invalid = 0;
    for (SaveEventsStreamResponse answer : answers) {
      last.put(answer.getCommitId(), answer);
      if (answer.hasFailed()) {
        String reason = failure(answer).reason();
        conflicts += reason.equals("VERSION_CONFLICT") ? 1 : 0;
        invalid += reason.equals("INVALID_REQUEST") ? 1 : 0;
      }
    }
    assertEquals(2, conflicts);
    assertEquals(4, invalid);
    assertEquals(versions(1, 2), versions(b.events(namespace, actor)));
  }

  @Test
  void aCommitFarTooLargeEndsOnlyItself() {
    SaveEventsRequest.Builder large = Requests.save(namespace, actor, 0).setExpectedVersion(1);
    IntStream.range(0, 15).forEach(i -> large.addEvents(Requests.heavyEvent(1024 * 1024)));
    List<SaveEventsStreamResponse> answers =
        SaveStreamer.answers(
            a,
            List.of(
                Requests.saveAt(namespace, actor, 0).build(),
                large.build(),
                Requests.saveAt(namespace, actor, 1).build()));
    Refusal refusal = failure(answers.get(1));
    assertEquals("COMMIT_TOO_LARGE", refusal.reason());
    assertTrue(Long.parseLong(refusal.metadata().getOrDefault("size_bytes", "")) > 15_000_000);
    assertEquals(2, answers.get(2).getSaved().getLastVersion());
  }

  @Test
  void aRepeatOnAnotherStreamGetsTheFirstAnswer() {
    SaveEventsRequest request = Requests.saveAt(namespace, actor, 0).setCommitId("once").build();
    SaveEventsStreamResponse first = SaveStreamer.answers(a, List.of(request)).get(0);
    SaveEventsStreamResponse again = SaveStreamer.answers(b, List.of(request)).get(0);
    assertTrue(again.getSaved().getReplayed());
    assertEquals(first.getSaved(), again.getSaved().toBuilder().setReplayed(false).build());
  }

  @Test
  void anEmptyStreamCompletes() {
    assertEquals(List.of(), SaveStreamer.answers(a, List.of()));
  }

  /** What a request must be answered with. */
  private record Due(String commitId, long version, boolean conflict) {}

  /**
   * Makes requests of which one in a hundred must conflict, and checks each answer against what its
   * actor's requests before it make of it: that is known beforehand, since they keep their order.
   */
  private final class Load implements Iterator<SaveEventsRequest> {
    final Random random = random();
    final int actors;
    final int saves;
    final long[] versions;
    final List<Deque<Due>> due = new ArrayList<>();
    int sent;
    volatile int answered;
    int conflicts;

    Load(int actors, int saves) {
      this.actors = actors;
      this.saves = saves;
      versions = new long[actors];
      IntStream.range(0, actors).forEach(i -> due.add(new ArrayDeque<>()));
    }

    @Override
    public boolean hasNext() {
      return sent < saves;
    }

    @Override
    public synchronized SaveEventsRequest next() {
      int n = random.nextInt(actors);
      boolean conflict = random.nextInt(100) == 0;
      long expected = conflict ? versions[n] + 1 + random.nextInt(3) : versions[n];
      String commitId = n + ":" + sent++;
      versions[n] += conflict ? 0 : 1;
      due.get(n).add(new Due(commitId, versions[n], conflict));
      return Requests.saveAt(namespace, "actor-" + n, expected).setCommitId(commitId).build();
    }

    synchronized void check(SaveEventsStreamResponse answer) {
      int n =
          Integer.parseInt(answer.getCommitId().substring(0, answer.getCommitId().indexOf(':')));
      Due next = due.get(n).remove();
      assertEquals(next.commitId(), answer.getCommitId());
      if (next.conflict()) {
        conflicts++;
        assertEquals(next.version(), failure(answer).conflict().getCurrentVersion());
      } else {
        assertEquals(next.version(), answer.getSaved().getLastVersion(), answer::toString);
      }
      answered = answered + 1;
    }
  }

  @Test
  void everySaveOfALongStreamHasOneOutcomeInItsActorsOrder() {
    int saves = rounds("stream.saves", 10_000);
    Load load = new Load(Math.min(10_000, saves / 20), saves);
    try (SaveStreamer streamer = SaveStreamer.open(a, load, true, load::check)) {
      streamer.awaitCompleted();
    }
    assertEquals(saves, load.answered);
    assertTrue(load.conflicts > saves / 200, () -> load.conflicts + " conflicts");
    System.out.println(saves + " saves, " + load.conflicts + " conflicts, all as they had to be");
    for (int n = 0; n < load.actors; n += Math.max(1, load.actors / 100)) {
      assertEquals(versions(1, load.versions[n]), versions(b.events(namespace, "actor-" + n)));
    }
  }

  @Test
  void aStreamBrokenOffStoresWholeCommitsOrNone() {
    Load load = new Load(20, Integer.MAX_VALUE);
    try (SaveStreamer streamer = SaveStreamer.open(a, load, false, load::check)) {
      Await.until("some answers", Duration.ofSeconds(60), () -> load.answered > 300);
    }
    for (int n = 0; n < load.actors; n++) {
      List<Long> stored = versions(b.events(namespace, "actor-" + n));
      assertEquals(versions(1, stored.size()), stored);
    }
  }
}
