package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.v1.CommitAt;
import dev.aether.v1.Filter;
import dev.aether.v1.PartitionPositions;
import dev.aether.v1.ReadLogRequest;
import dev.aether.v1.ReadLogResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** ReadLog, and how its cursors and those of Subscribe serve each other. */
abstract class ReadingLogsContract extends Contract {
  ReadingLogsContract(Fixture fixture) {
    super(fixture);
  }

  private static ReadLogRequest.Builder read(String pattern) {
    return ReadLogRequest.newBuilder().setNamespacePattern(pattern);
  }

  private static List<ReadLogResponse> frames(Node node, ReadLogRequest.Builder request) {
    List<ReadLogResponse> frames = new ArrayList<>();
    node.store().readLog(request.build()).forEachRemaining(frames::add);
    assertFalse(frames.isEmpty(), "no frame came");
    assertFalse(cursor(frames).isEmpty(), "the last frame has no cursor");
    return frames;
  }

  private static List<CommitAt> commits(List<ReadLogResponse> frames) {
    return frames.stream().flatMap(frame -> frame.getCommitsList().stream()).toList();
  }

  private static List<String> ids(List<CommitAt> commits) {
    return commits.stream().map(at -> at.getCommit().getCommitId()).toList();
  }

  private static String cursor(List<ReadLogResponse> frames) {
    return frames.get(frames.size() - 1).getCursor();
  }

  /** Commits of several actors, some of them large; their ids in order. */
  private List<String> saveMany(String where, int count) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String id = where.substring(where.length() - 4) + "-" + i;
      (i % 2 == 0 ? a : b)
          .save(
              Requests.saveAny(where, actor + "." + i % 5)
                  .setCommitId(id)
                  .setEvents(0, Requests.heavyEvent(i % 11 == 0 ? 300_000 : 100))
                  .addEvents(Requests.event(i % 3 == 0 ? "Third" : "Other")));
      ids.add(id);
    }
    return ids;
  }

  @Test
  void aLogIsReadInOrderToItsHeadAsOfTheCall() {
    List<String> saved = saveMany(namespace, 60);
    List<ReadLogResponse> frames = frames(b, read(namespace));
    assertEquals(saved, ids(commits(frames)));
    assertInOrder(commits(frames));
    assertTrue(frames.size() > 1, "all in one frame");
    frames.forEach(frame -> assertTrue(frame.getSerializedSize() < 4 * 1024 * 1024));
    try (Subscriber all = Subscriber.open(a, Requests.fromBeginning(namespace))) {
      assertEquals(all.awaitCaughtUp().commits(), commits(frames));
    }
  }

  @Test
  void anEmptyOrUnknownNamespaceReadsAsEmptyWithACursorAndIsNotMade() {
    String cursor = cursor(frames(a, read(namespace)));
    assertEquals(List.of(), commits(frames(b, read(namespace))));
    List<String> saved = saveMany(namespace, 3);
    assertEquals(saved, ids(commits(frames(b, read(namespace).setCursor(cursor)))));
  }

  @Test
  void readingOnFromTheCursorOfEachCutOnAnyNodeLeavesOutAndRepeatsNothing() {
    Random random = random();
    List<String> saved = saveMany(namespace, 60);
    List<String> seen = new ArrayList<>();
    String cursor = "";
    while (seen.size() < saved.size()) {
      int max = 1 + random.nextInt(9);
      List<ReadLogResponse> part =
          frames(random.nextBoolean() ? a : b, read(namespace).setCursor(cursor).setMaxCount(max));
      assertEquals(Math.min(max, saved.size() - seen.size()), commits(part).size());
      seen.addAll(ids(commits(part)));
      cursor = cursor(part);
    }
    assertEquals(saved, seen);
    assertEquals(List.of(), commits(frames(a, read(namespace).setCursor(cursor))));
  }

  @Test
  void aCursorOfReadLogServesSubscribeAndTheOtherWayRound() {
    List<String> saved = saveMany(namespace, 30);
    String cursor = cursor(frames(a, read(namespace).setMaxCount(10)));
    try (Subscriber rest = Subscriber.open(b, Requests.after(namespace, cursor))) {
      assertEquals(saved.subList(10, 30), rest.awaitCaughtUp().commitIds());
      String end = rest.cursor();
      a.save(Requests.saveAny(namespace, actor).setCommitId("one-more"));
      assertEquals(List.of("one-more"), ids(commits(frames(a, read(namespace).setCursor(end)))));
    }
  }

  @Test
  void filtersPassWholeCommitsAndTheCursorMovesOverTheRest() {
    List<String> saved = saveMany(namespace, 30);
    Filter third = Filter.newBuilder().addEventTypes("Third").build();
    List<ReadLogResponse> frames = frames(a, read(namespace).setFilter(third));
    assertEquals(10, commits(frames).size());
    assertTrue(commits(frames).stream().allMatch(at -> at.getCommit().getEventsCount() == 2));
    Filter one = Filter.newBuilder().setActorPattern("*.3").build();
    assertEquals(
        List.of(saved.get(3), saved.get(8)),
        ids(commits(frames(a, read(namespace).setFilter(one).setMaxCount(2)))));
    Filter none = Filter.newBuilder().addEventTypes("Nothing").build();
    List<ReadLogResponse> nothing = frames(a, read(namespace).setFilter(none));
    assertEquals(List.of(), commits(nothing));
    assertEquals(List.of(), commits(frames(b, read(namespace).setCursor(cursor(nothing)))));
  }

  @Test
  void aPatternReadsAllItsNamespacesEachInOrder() {
    Map<String, List<String>> saved =
        List.of("x", "y", "z.deep").stream()
            .collect(Collectors.toMap(name -> name, name -> saveMany(namespace + "." + name, 12)));
    saveMany(namespace + "-other", 2);
    List<CommitAt> all = commits(frames(b, read(namespace + ".>")));
    saved.forEach(
        (name, ids) ->
            assertEquals(
                ids,
                ids(
                    all.stream()
                        .filter(at -> at.getCommit().getNamespace().equals(namespace + "." + name))
                        .toList())));
    assertEquals(36, all.size());
    assertEquals(24, commits(frames(a, read(namespace + ".*"))).size());

    List<CommitAt> parts = new ArrayList<>();
    String cursor = "";
    while (parts.size() < 36) {
      List<ReadLogResponse> part =
          frames(a, read(namespace + ".>").setCursor(cursor).setMaxCount(7));
      parts.addAll(commits(part));
      cursor = cursor(part);
    }
    assertEquals(all.size(), parts.size());
    assertEquals(Map.copyOf(byId(all)), byId(parts));
  }

  private static Map<String, CommitAt> byId(List<CommitAt> commits) {
    return commits.stream()
        .collect(
            Collectors.toMap(
                at -> at.getCommit().getNamespace() + at.getCommit().getCommitId(), at -> at));
  }

  @Test
  void cursorsThatMeanNothingHereAreRefused() {
    saveMany(namespace, 3);
    String cursor = cursor(frames(a, read(namespace)));
    for (ReadLogRequest.Builder wrong :
        List.of(
            read(namespace + ".>").setCursor(cursor),
            read(namespace + "x").setCursor(cursor),
            read(namespace).setCursor(cursor.substring(1)),
            read(namespace).setCursor("ä"))) {
      assertEquals("CURSOR_UNKNOWN", Refusal.of(() -> frames(b, wrong)).reason());
    }
    assertEquals(
        List.of("namespace_pattern", "filter.actor_pattern"),
        Refusal.of(
                () -> frames(a, read("a.>.b").setFilter(Filter.newBuilder().setActorPattern("x*"))))
            .badFields());
  }

  @Test
  void aSubscriberThatNamesWhatItHandledSinceTheCursorGoesOnAfterThat() {
    List<String> saved = saveMany(namespace, 20);
    List<CommitAt> all = commits(frames(a, read(namespace)));
    String cursor = cursor(frames(a, read(namespace).setMaxCount(4)));
    for (int handled : List.of(2, 4, 11, 20)) {
      try (Subscriber rest =
          Subscriber.open(
              b,
              Requests.after(namespace, cursor)
                  .putAfter(namespace, at(all.get(handled - 1).getPosition())))) {
        assertEquals(
            saved.subList(Math.max(4, handled), 20),
            rest.awaitCaughtUp().commitIds(),
            "" + handled);
      }
    }
  }

  private static PartitionPositions at(long position) {
    return PartitionPositions.newBuilder().putPositions(0, position).build();
  }

  @Test
  void whatASubscriberHandledMustBePossible() {
    saveMany(namespace, 3);
    String cursor = cursor(frames(a, read(namespace)));
    assertEquals(
        "CURSOR_UNKNOWN",
        Subscriber.refusal(a, Requests.after(namespace, cursor).putAfter(namespace, at(1L << 40)))
            .reason());
    assertEquals(
        List.of("after"),
        Subscriber.refusal(a, Requests.live(namespace).putAfter(namespace, at(1))).badFields());
    assertEquals(
        List.of("after"),
        Subscriber.refusal(a, Requests.after(namespace, cursor).putAfter("a b", at(1)))
            .badFields());
  }

  @Test
  void positionsOfANamespaceThatTheCursorDoesNotKnowAreNotTakenForItsOwn() {
    String cursor = cursor(frames(a, read(namespace)));
    List<String> saved = saveMany(namespace, 5);
    try (Subscriber all =
        Subscriber.open(b, Requests.after(namespace, cursor).putAfter(namespace, at(3)))) {
      assertEquals(saved, all.awaitCaughtUp().commitIds());
    }
  }
}
