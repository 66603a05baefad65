package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.aether.server.ServerConfig;
import dev.aether.server.wire.CursorRecord;
import dev.aether.v1.CommitAt;
import dev.aether.v1.Detail;
import dev.aether.v1.EventStored;
import dev.aether.v1.SubscribeResponse;
import dev.aether.v1.SubscribeResponse.FrameCase;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Subscribe with a cursor. */
abstract class ResumingContract extends Contract {
  ResumingContract(Fixture fixture) {
    super(fixture);
  }

  private static final int COMMITS = 120;

  /** Commits of several actors; the ids tell their order. */
  private List<String> saveMany() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < COMMITS; i++) {
      String id = "r" + i;
      a.save(
          Requests.saveAt(namespace, actor + i % 7, i / 7)
              .setCommitId(id)
              .setEvents(0, Requests.heavyEvent(i % 5 == 0 ? 60_000 : 200)));
      ids.add(id);
    }
    return ids;
  }

  private String cursorOfAll() {
    try (Subscriber all = Subscriber.open(a, Requests.fromBeginning(namespace))) {
      return all.awaitCaughtUp().cursor();
    }
  }

  @Test
  void resumingOnTheOtherNodeGoesOnWithTheNextCommit() {
    Random random = random();
    List<String> saved = saveMany();
    for (int round = 0; round < 8; round++) {
      List<String> seen = new ArrayList<>();
      String cursor = "";
      Node node = random.nextBoolean() ? a : b;
      while (seen.size() < saved.size()) {
        int take = 1 + random.nextInt(50);
        var request =
            cursor.isEmpty()
                ? Requests.fromBeginning(namespace)
                : Requests.after(namespace, cursor);
        try (Subscriber subscriber = Subscriber.open(node, request)) {
          int wanted = Math.min(take, saved.size() - seen.size());
          subscriber.awaitCommits(wanted);
          cursor = takeUpToACursor(subscriber.frames(), random, seen, cursor);
        }
        node = node == a ? b : a;
      }
      assertEquals(saved, seen);
    }
  }

  /** Handles frames as a client that ends after a random frame that had a cursor. */
  private static String takeUpToACursor(
      List<SubscribeResponse> frames, Random random, List<String> seen, String before) {
    List<Integer> cuts = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      if (!Subscriber.cursor(frames.get(i)).isEmpty()) {
        cuts.add(i);
      }
    }
    int last = cuts.get(random.nextInt(cuts.size()));
    String cursor = before;
    for (SubscribeResponse frame : frames.subList(0, last + 1)) {
      for (CommitAt at : frame.getEvents().getCommitsList()) {
        seen.add(at.getCommit().getCommitId());
      }
      String next = Subscriber.cursor(frame);
      cursor = next.isEmpty() ? cursor : next;
    }
    return cursor;
  }

  @Test
  void resumingNoticesGoesOnWithTheNextCommitToo() {
    List<String> saved = saveMany();
    List<Long> positions = new ArrayList<>();
    String cursor;
    try (Subscriber first =
        Subscriber.open(
            a, Requests.fromBeginning(namespace).setDetail(Detail.DETAIL_STORED_ONLY))) {
      List<SubscribeResponse> frames = first.awaitStored(10).frames();
      SubscribeResponse events =
          frames.stream()
              .filter(f -> f.getFrameCase() == FrameCase.EVENTS)
              .findFirst()
              .orElseThrow();
      cursor = Subscriber.cursor(events);
      assertFalse(cursor.isEmpty());
      events.getEvents().getStoredList().forEach(s -> positions.add(s.getPosition()));
    }
    try (Subscriber second =
        Subscriber.open(
            b, Requests.after(namespace, cursor).setDetail(Detail.DETAIL_STORED_ONLY))) {
      second.awaitCaughtUp();
      positions.addAll(second.stored().stream().map(EventStored::getPosition).toList());
    }
    assertEquals(saved.size(), positions.size());
    assertEquals(positions.stream().sorted().distinct().toList(), positions);
  }

  @Test
  void aCursorAtTheEndIsCaughtUpAtOnceAndGoesOnLive() {
    saveOneByOne(3);
    try (Subscriber resumed = Subscriber.open(b, Requests.after(namespace, cursorOfAll()))) {
      resumed.awaitCaughtUp();
      assertEquals(
          List.of(FrameCase.STARTED, FrameCase.CAUGHT_UP),
          resumed.frames().stream().map(SubscribeResponse::getFrameCase).toList());
      saveOneByOne(1);
      assertEquals(4, resumed.awaitCommits(1).commits().get(0).getCommit().getFirstVersion());
    }
  }

  @Test
  void theStartedCursorOfEachStartContinuesThere() {
    saveOneByOne(3);
    String beginning;
    String live;
    try (Subscriber first = Subscriber.open(a, Requests.fromBeginning(namespace));
        Subscriber second = Subscriber.open(a, Requests.live(namespace))) {
      beginning = Subscriber.cursor(first.awaitStarted().frames().get(0));
      live = Subscriber.cursor(second.awaitStarted().frames().get(0));
    }
    saveOneByOne(2);
    try (Subscriber first = Subscriber.open(b, Requests.after(namespace, beginning));
        Subscriber second = Subscriber.open(b, Requests.after(namespace, live))) {
      assertEquals(versions(1, 5), versions(first.awaitCaughtUp().events()));
      assertEquals(versions(4, 5), versions(second.awaitCaughtUp().events()));
    }
  }

  @Test
  void aResumedSubscriptionSeesWhatIsSavedMeanwhile() {
    saveOneByOne(20);
    String cursor = cursorOfAll();
    saveOneByOne(20);
    try (Subscriber resumed = Subscriber.open(b, Requests.after(namespace, cursor))) {
      saveOneByOne(20);
      assertEquals(versions(21, 60), versions(resumed.awaitCommits(40).events()));
    }
  }

  private void assertUnknown(String pattern, String cursor) {
    Refusal refusal = Subscriber.refusal(b, Requests.after(pattern, cursor));
    assertEquals(Status.Code.INVALID_ARGUMENT, refusal.code());
    assertEquals("CURSOR_UNKNOWN", refusal.reason());
  }

  @Test
  void anotherPatternsCursorIsUnknown() {
    saveOneByOne(1);
    String other = Requests.unique("contract");
    assertUnknown(other, cursorOfAll());
    a.save(Requests.saveAt(other, actor, 0));
    assertUnknown(other, cursorOfAll());
    assertUnknown("", cursorOfAll());
  }

  @Test
  void aDamagedCursorIsUnknown() {
    saveOneByOne(1);
    String cursor = cursorOfAll();
    assertUnknown(namespace, "");
    assertUnknown(namespace, "x");
    assertUnknown(namespace, "not a cursor");
    assertUnknown(namespace, "AAAA");
    assertUnknown(namespace, cursor.substring(1));
    assertUnknown(namespace, cursor.substring(0, cursor.length() - 4));
    assertUnknown(namespace, cursor + "AAAA");
    assertUnknown(namespace, "x".repeat(100_000));
    for (int i = 0; i < cursor.length(); i += 5) {
      char other = cursor.charAt(i) == 'A' ? 'B' : 'A';
      assertUnknown(namespace, cursor.substring(0, i) + other + cursor.substring(i + 1));
    }
  }

  @Test
  void aCursorOfANewerFormatIsUnknown() {
    saveOneByOne(1);
    assertUnknown(namespace, Cursors.forged(3, Cursors.of(cursorOfAll())));
  }

  @Test
  void aCursorBeyondTheEndIsUnknown() {
    saveOneByOne(2);
    String cursor = cursorOfAll();
    assertUnknown(namespace, Cursors.moved(cursor, 1));
    assertUnknown(namespace, Cursors.moved(cursor, Long.MAX_VALUE / 2));
    assertUnknown(namespace, Cursors.moved(cursor, Long.MIN_VALUE));
    assertUnknown(namespace, Cursors.moved(cursor, Long.MAX_VALUE - 2));
  }

  @Test
  void anotherStoresCursorIsUnknown() {
    saveOneByOne(1);
    CursorRecord record = Cursors.of(cursorOfAll());
    try (Node elsewhere = Node.start(ServerConfig.on(new ServerConfig.StoreChoice.Memory()))) {
      elsewhere.save(Requests.saveAt(namespace, actor, 0));
      try (Subscriber subscriber = Subscriber.open(elsewhere, Requests.fromBeginning(namespace))) {
        String foreign = subscriber.awaitCaughtUp().cursor();
        assertEquals(record.getPatternHash(), Cursors.of(foreign).getPatternHash());
        assertUnknown(namespace, foreign);
      }
    }
  }
}
