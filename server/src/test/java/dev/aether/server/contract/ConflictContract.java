package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.Empty;
import dev.aether.v1.Event;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsStreamResponse;
import dev.aether.v1.VersionConflict;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** What a conflict brings of the events that its writer missed. */
abstract class ConflictContract extends Contract {
  ConflictContract(Fixture fixture) {
    super(fixture);
  }

  private SaveEventsRequest.Builder late(long expected, int missed) {
    return Requests.saveAt(namespace, actor, expected).setMaxMissedEvents(missed);
  }

  private static VersionConflict conflict(Node node, SaveEventsRequest.Builder request) {
    return Refusal.of(() -> node.save(request)).conflict();
  }

  private List<Long> missed(SaveEventsRequest.Builder request) {
    return versions(conflict(b, request).getMissedEventsList());
  }

  private void saveCommit(long expected, int... dataBytes) {
    SaveEventsRequest.Builder commit =
        Requests.save(namespace, actor, 0).setExpectedVersion(expected);
    for (int bytes : dataBytes) {
      commit.addEvents(Requests.heavyEvent(bytes));
    }
    a.save(commit);
  }

  @Test
  void theMissedEventsComeInOrderFromTheAttemptedVersionOn() {
    saveOneByOne(2);
    saveCommit(2, 10, 20, 30);
    saveOneByOne(1);
    List<Event> events = a.events(namespace, actor);
    for (int expected = 0; expected < 6; expected++) {
      VersionConflict conflict = conflict(b, late(expected, 100));
      assertEquals(events.subList(expected, 6), conflict.getMissedEventsList());
      assertEquals(6, conflict.getCurrentVersion());
      assertEquals(expected + 1, conflict.getAttemptedVersion());
    }
  }

  @Test
  void noMoreComeThanWereAskedFor() {
    saveCommit(0, 1, 1, 1, 1, 1);
    assertEquals(List.of(), missed(late(1, 0)));
    assertEquals(List.of(2L), missed(late(1, 1)));
    assertEquals(List.of(2L, 3L, 4L), missed(late(1, 3)));
    assertEquals(List.of(2L, 3L, 4L, 5L), missed(late(1, -1)));
  }

  @Test
  void whoExpectedMoreThanThereIsMissedNothing() {
    assertEquals(List.of(), missed(late(3, 10)));
    saveOneByOne(2);
    assertEquals(List.of(), missed(late(3, 10)));
    SaveEventsRequest.Builder nobody =
        Requests.save(namespace, "nobody", 1)
            .setExistingActor(Empty.getDefaultInstance())
            .setMaxMissedEvents(10);
    assertEquals(List.of(), missed(nobody));
  }

  @Test
  void theFirstThatDoesNotFitEndsThem() {
    saveCommit(0, 10, 10, 5_000, 10);
    assertEquals(List.of(1L, 2L), missed(late(0, 10)));
    assertEquals(List.of(), missed(late(2, 10)));
    assertEquals(List.of(4L), missed(late(3, 10)));
  }

  @Test
  void asManyComeAsFitTheTrailersThatProxiesCarry() {
    Random random = random();
    for (int round = 0; round < 5; round++) {
      String longest = random.nextBoolean() ? "\"😀".repeat(51) + round : actor + round;
      long stored = 0;
      while (stored < 100) {
        SaveEventsRequest.Builder commit =
            Requests.save(namespace, longest, 0).setExpectedVersion(stored);
        int count = 1 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
          commit.addEvents(Requests.heavyEvent(random.nextInt(200)));
        }
        stored = a.save(commit).getLastVersion();
      }
      int expected = random.nextInt(50);
      assertAsManyAsFit(longest, expected);
    }
  }

  private void assertAsManyAsFit(String longest, int expected) {
    SaveEventsRequest request =
        Requests.saveAt(namespace, longest, expected).setMaxMissedEvents(1000).build();
    StatusRuntimeException thrown =
        Assertions.assertThrows(StatusRuntimeException.class, () -> b.save(request));
    com.google.rpc.Status status = StatusProto.fromThrowable(thrown);
    VersionConflict conflict = Refusal.of(thrown).conflict();
    List<Event> events = a.events(namespace, longest);
    int fitted = conflict.getMissedEventsCount();
    assertTrue(fitted > 0, "none fitted");
    assertEquals(events.subList(expected, expected + fitted), conflict.getMissedEventsList());
    int bytes = Refusal.trailerBytes(status);
    assertTrue(bytes <= Refusal.MAX_TRAILER_BYTES, bytes + " bytes");
    VersionConflict larger =
        conflict.toBuilder().addMissedEvents(events.get(expected + fitted)).build();
    com.google.rpc.Status over = status.toBuilder().setDetails(1, Any.pack(larger)).build();
    int overBytes = Refusal.trailerBytes(over);
    assertTrue(overBytes > Refusal.MAX_TRAILER_BYTES, overBytes + " would fit");
  }

  @Test
  void aConflictOnAStreamBringsThemToo() {
    saveOneByOne(3);
    List<SaveEventsStreamResponse> answers =
        SaveStreamer.answers(
            b,
            List.of(
                late(1, 10).build(), late(3, 10).build(), late(1, 0).build(), late(2, 10).build()));
    assertEquals(List.of(2L, 3L), versions(failed(answers.get(0)).getMissedEventsList()));
    assertEquals(4, answers.get(1).getSaved().getLastVersion());
    assertEquals(List.of(), failed(answers.get(2)).getMissedEventsList());
    assertEquals(List.of(3L, 4L), versions(failed(answers.get(3)).getMissedEventsList()));
  }

  private static VersionConflict failed(SaveEventsStreamResponse answer) {
    return Refusal.of(StatusProto.toStatusRuntimeException(answer.getFailed())).conflict();
  }

  @Test
  void theyAreNoPartOfWhatIsRepeated() {
    SaveEventsRequest.Builder request = late(0, 0);
    long first = a.save(request).getLastVersion();
    assertEquals(first, b.save(request.setMaxMissedEvents(10)).getLastVersion());
    assertTrue(b.save(request.setMaxMissedEvents(20)).getReplayed());
  }
}
