package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.v1.Event;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.GetLatestVersionRequest;
import dev.aether.v1.GetLatestVersionResponse;
import dev.aether.v1.SaveEventsRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** GetEvents and GetLatestVersion. */
abstract class ReadingContract extends Contract {
  private static final int MAX_FRAME_BYTES = 4 * 1024 * 1024;

  ReadingContract(Fixture fixture) {
    super(fixture);
  }

  private GetEventsRequest.Builder of(long from, long to) {
    return GetEventsRequest.newBuilder()
        .setNamespace(namespace)
        .setActorId(actor)
        .setFromVersion(from)
        .setToVersion(to);
  }

  private List<Long> read(long from, long to) {
    List<Long> onA = versions(a.events(of(from, to)));
    assertEquals(onA, versions(b.events(of(from, to))));
    return onA;
  }

  private static List<Long> reversed(List<Long> versions) {
    List<Long> reversed = new ArrayList<>(versions);
    Collections.reverse(reversed);
    return reversed;
  }

  /** Commits of 1 to 5 events each, up to about so many. */
  private long saveCommitsOfManySizes(int commits) {
    long latest = 0;
    for (int i = 0; i < commits; i++) {
      latest =
          a.save(Requests.save(namespace, actor, 1 + i % 5).setExpectedVersion(latest))
              .getLastVersion();
    }
    return latest;
  }

  @Test
  void boundsAreInclusiveAndZeroIsOpen() {
    saveOneByOne(10);
    assertEquals(versions(1, 10), read(0, 0));
    assertEquals(versions(4, 10), read(4, 0));
    assertEquals(versions(1, 4), read(0, 4));
    assertEquals(versions(4, 7), read(4, 7));
    assertEquals(versions(5, 5), read(5, 5));
    assertEquals(versions(1, 1), read(1, 1));
    assertEquals(versions(10, 10), read(10, 10));
    assertEquals(versions(8, 10), read(8, 1000));
    assertEquals(versions(1, 10), read(0, -1));
  }

  @Test
  void aRangeAboveTheLatestVersionIsEmpty() {
    saveOneByOne(3);
    assertEquals(List.of(), read(4, 0));
    assertEquals(List.of(), read(4, 9));
    assertEquals(List.of(), read(Long.MAX_VALUE, 0));
    assertEquals(List.of(), read(Long.MIN_VALUE, -1));
    assertEquals(List.of(), read(-1, 0));
    assertEquals(List.of(), read(-1, -1));
    assertEquals(List.of(), versions(a.events(of(4, 0).setBackwards(true))));
  }

  @Test
  void aRangeThatEndsBeforeItBeginsIsInvalid() {
    saveOneByOne(3);
    for (GetEventsRequest.Builder request : List.of(of(3, 2), of(-1, 5), of(2, 1))) {
      assertTrue(Refusal.of(() -> a.events(request)).badFields().contains("from_version"));
    }
  }

  @Test
  void aRangeMayCutThroughCommits() {
    long latest = saveCommitsOfManySizes(10);
    assertEquals(30, latest);
    for (long from = 1; from <= latest; from += 2) {
      for (long to = from; to <= latest; to += 3) {
        assertEquals(versions(from, to), versions(a.events(of(from, to))));
        assertEquals(
            reversed(versions(from, to)), versions(b.events(of(from, to).setBackwards(true))));
      }
    }
  }

  @Test
  void maxCountTakesTheFirstOfTheOrderAskedFor() {
    saveCommitsOfManySizes(10);
    assertEquals(versions(1, 4), versions(a.events(of(0, 0).setMaxCount(4))));
    assertEquals(versions(8, 10), versions(a.events(of(8, 20).setMaxCount(3))));
    assertEquals(versions(8, 9), versions(a.events(of(8, 9).setMaxCount(3))));
    assertEquals(
        reversed(versions(27, 30)), versions(b.events(of(0, 0).setBackwards(true).setMaxCount(4))));
    assertEquals(
        reversed(versions(18, 20)),
        versions(b.events(of(8, 20).setBackwards(true).setMaxCount(3))));
    assertEquals(versions(1, 30), versions(a.events(of(0, 0).setMaxCount(-1))));
  }

  @Test
  void randomRangesAreWhatWasSaved() {
    Random random = random();
    long latest = saveCommitsOfManySizes(100);
    for (int i = 0; i < 60; i++) {
      long from = 1 + random.nextInt((int) latest);
      long to = from + random.nextInt((int) (latest - from) + 1);
      long max = random.nextBoolean() ? 0 : 1 + random.nextInt(50);
      boolean backwards = random.nextBoolean();
      List<Long> whole = versions(from, to);
      List<Long> expected = backwards ? reversed(whole) : whole;
      if (max > 0 && max < expected.size()) {
        expected = expected.subList(0, (int) max);
      }
      Node node = random.nextBoolean() ? a : b;
      assertEquals(
          expected,
          versions(node.events(of(from, to).setMaxCount(max).setBackwards(backwards))),
          from + ".." + to + " max " + max + (backwards ? " backwards" : ""));
    }
  }

  @Test
  void aLongHistoryComesWholeInBothDirections() {
    long latest = 0;
    for (int i = 0; i < 12; i++) {
      latest =
          a.save(Requests.save(namespace, actor, 250).setExpectedVersion(latest)).getLastVersion();
    }
    saveOneByOne(700);
    assertEquals(versions(1, 3700), read(0, 0));
    assertEquals(reversed(versions(1, 3700)), versions(b.events(of(0, 0).setBackwards(true))));
  }

  @Test
  void aHeavyHistoryComesInFramesThatAnyClientCanTake() {
    long latest = 0;
    for (int i = 0; i < 12; i++) {
      SaveEventsRequest.Builder request =
          Requests.save(namespace, actor, 0).setExpectedVersion(latest);
      request.addEvents(Requests.heavyEvent(i % 4 == 3 ? 3_000_000 : 700_000));
      request.addEvents(Requests.heavyEvent(100_000));
      latest = a.save(request).getLastVersion();
    }
    for (boolean backwards : new boolean[] {false, true}) {
      List<GetEventsResponse> frames = b.frames(of(0, 0).setBackwards(backwards));
      assertTrue(frames.size() > 3);
      frames.forEach(frame -> assertTrue(frame.getSerializedSize() < MAX_FRAME_BYTES));
      List<Event> events = frames.stream().flatMap(f -> f.getEventsList().stream()).toList();
      assertEquals(backwards ? reversed(versions(1, 24)) : versions(1, 24), versions(events));
      events.forEach(
          event ->
              assertEquals(Requests.heavyEvent(event.getData().size()).getData(), event.getData()));
    }
  }

  @Test
  void whatNobodyWroteIsEmpty() {
    a.save(Requests.saveAt(namespace, actor + "other", 0));
    assertEquals(List.of(), read(0, 0));
    assertEquals(List.of(), versions(a.events(Requests.unique("nowhere"), actor)));
    assertEquals(0, b.latest(namespace, actor));
    assertEquals(0, b.latest(Requests.unique("nowhere"), actor));
  }

  @Test
  void anActorIsNotItsTokensActors() {
    a.save(Requests.saveAt(namespace, actor + ".child", 0));
    assertEquals(0, a.latest(namespace, actor));
    assertEquals(List.of(), read(0, 0));
    a.save(Requests.saveAt(namespace, actor, 0));
    assertEquals(1, b.events(namespace, actor).size());
  }

  @Test
  void latestVersionAlsoSaysTheFirstThatIsKept() {
    a.save(Requests.save(namespace, actor, 4).setExpectedVersion(0));
    GetLatestVersionResponse latest =
        b.store()
            .getLatestVersion(
                GetLatestVersionRequest.newBuilder()
                    .setNamespace(namespace)
                    .setActorId(actor)
                    .build());
    assertEquals(4, latest.getVersion());
    assertEquals(1, latest.getFirstKeptVersion());
  }

  @Test
  void aReadSeesWhatAnotherNodeJustAcknowledged() {
    for (int round = 1; round <= rounds("freshness.rounds", 150); round++) {
      Node writer = round % 2 == 0 ? a : b;
      Node reader = round % 2 == 0 ? b : a;
      writer.save(Requests.saveAt(namespace, actor, round - 1));
      if (round % 3 == 0) {
        assertEquals(round, reader.latest(namespace, actor));
      } else if (round % 3 == 1) {
        assertEquals(versions(1, round), versions(reader.events(namespace, actor)));
      } else {
        assertEquals(
            List.of((long) round),
            versions(reader.events(of(0, 0).setBackwards(true).setMaxCount(1))));
      }
    }
  }

  @Test
  void aReadSeesANewActorThatAnotherNodeJustMade() {
    a.save(Requests.saveAt(namespace, actor, 0));
    for (int round = 0; round < 50; round++) {
      String fresh = actor + round;
      assertEquals(0, b.latest(namespace, fresh));
      a.save(Requests.saveAt(namespace, fresh, 0));
      assertEquals(versions(1, 1), versions(b.events(namespace, fresh)));
    }
  }

  @Test
  void aReadSeesANamespaceThatAnotherNodeJustMade() {
    for (int round = 0; round < 5; round++) {
      String fresh = Requests.unique("contract");
      assertEquals(0, b.latest(fresh, actor));
      a.save(Requests.saveAt(fresh, actor, 0));
      assertEquals(versions(1, 1), versions(b.events(fresh, actor)));
    }
  }
}
