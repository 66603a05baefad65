package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.v1.Detail;
import dev.aether.v1.EventStored;
import dev.aether.v1.Filter;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Subscribe with filters and with notices instead of commits. */
abstract class FilteringContract extends Contract {
  FilteringContract(Fixture fixture) {
    super(fixture);
  }

  private final List<String> saved = new ArrayList<>();

  /** Saves a commit to an actor; its id is the actor's and the types. */
  private SaveEventsResponse save(String actorId, String... types) {
    SaveEventsRequest.Builder request =
        Requests.save(namespace, actorId, 0).setExpectedVersion(a.latest(namespace, actorId));
    for (String type : types) {
      request.addEvents(Requests.event(type));
    }
    saved.add(request.getCommitId());
    return a.save(request);
  }

  /** Which of the saved commits pass, by number from 0, caught up and live alike. */
  private List<Integer> passing(Filter.Builder filter) {
    try (Subscriber subscriber =
        Subscriber.open(b, Requests.fromBeginning(namespace).setFilter(filter))) {
      subscriber.awaitCaughtUp();
      return subscriber.commitIds().stream().map(saved::indexOf).toList();
    }
  }

  private static Filter.Builder types(String... types) {
    return Filter.newBuilder().addAllEventTypes(List.of(types));
  }

  private static Filter.Builder actors(String pattern) {
    return Filter.newBuilder().setActorPattern(pattern);
  }

  @Test
  void aCommitPassesWhenOneOfItsEventsIsOfOneOfTheTypes() {
    save("x", "A", "B");
    save("x", "C");
    save("y", "B");
    save("y", "A");
    save("y", "a");
    assertEquals(List.of(0, 1, 2, 3, 4), passing(Filter.newBuilder()));
    assertEquals(List.of(0, 3), passing(types("A")));
    assertEquals(List.of(0, 2), passing(types("B")));
    assertEquals(List.of(0, 1, 2), passing(types("B", "C")));
    assertEquals(List.of(), passing(types("D")));
    assertEquals(List.of(), passing(types("*")));
  }

  @Test
  void actorPatternsMatchWholeTokens() {
    save("order", "E"); // 0
    save("order.1", "E"); // 1
    save("order.2", "E"); // 2
    save("order.1.line", "E"); // 3
    save("orders.1", "E"); // 4
    save("1", "E"); // 5
    save(".1", "E"); // 6
    save("order.", "E"); // 7
    save("a b.c", "E"); // 8
    assertEquals(List.of(0), passing(actors("order")));
    assertEquals(List.of(1, 2, 7), passing(actors("order.*")));
    assertEquals(List.of(1, 2, 3, 7), passing(actors("order.>")));
    assertEquals(List.of(1, 4, 6), passing(actors("*.1")));
    assertEquals(List.of(0, 5), passing(actors("*")));
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8), passing(actors(">")));
    assertEquals(List.of(3), passing(actors("*.*.*")));
    assertEquals(List.of(3), passing(actors("*.1.>")));
    assertEquals(List.of(8), passing(actors("a b.*")));
    assertEquals(List.of(6), passing(actors(".1")));
    assertEquals(List.of(7), passing(actors("order.")));
  }

  @Test
  void typesAndActorsBothMustMatch() {
    save("x.1", "A");
    save("x.1", "B");
    save("y.1", "A");
    save("x.2", "A", "C");
    assertEquals(List.of(0, 3), passing(types("A").setActorPattern("x.*")));
    assertEquals(List.of(3), passing(types("C", "D").setActorPattern("x.>")));
    assertEquals(List.of(), passing(types("B").setActorPattern("y.*")));
  }

  @Test
  void aCommitThatPassesComesWhole() {
    save("x", "A", "B", "C");
    try (Subscriber subscriber =
        Subscriber.open(b, Requests.fromBeginning(namespace).setFilter(types("B")))) {
      subscriber.awaitCommits(1);
      assertEquals(b.events(namespace, "x"), subscriber.events());
    }
  }

  @Test
  void aFilterWorksOnWhatIsSavedLater() {
    save("x", "A");
    try (Subscriber subscriber =
        Subscriber.open(b, Requests.live(namespace).setFilter(types("B")))) {
      subscriber.awaitCaughtUp();
      save("x", "A");
      save("x", "B");
      save("y", "A");
      save("y", "C", "B");
      subscriber.awaitCommits(2);
      assertEquals(List.of(saved.get(2), saved.get(4)), subscriber.commitIds());
    }
  }

  @Test
  void storedOnlyListsTheEventsWithoutTheirContent() {
    SaveEventsResponse first = save("x", "A", "B");
    SaveEventsResponse second = save("y.😀", "C");
    try (Subscriber subscriber =
        Subscriber.open(
            b, Requests.fromBeginning(namespace).setDetail(Detail.DETAIL_STORED_ONLY))) {
      subscriber.awaitCaughtUp();
      List<EventStored> expected = new ArrayList<>();
      for (String id : List.of("x", "y.😀")) {
        SaveEventsResponse at = id.equals("x") ? first : second;
        b.events(namespace, id)
            .forEach(
                event ->
                    expected.add(
                        EventStored.newBuilder()
                            .setNamespace(namespace)
                            .setActorId(id)
                            .setEventId(event.getEventId())
                            .setEventType(event.getEventType())
                            .setVersion(event.getVersion())
                            .setTimestamp(event.getTimestamp())
                            .setPartition(at.getPartition())
                            .setPosition(at.getPosition())
                            .build()));
      }
      assertTrue(subscriber.stored().stream().allMatch(EventStored::hasStoredAt));
      assertEquals(
          expected,
          subscriber.stored().stream()
              .map(notice -> notice.toBuilder().clearStoredAt().build())
              .toList());
      assertEquals(List.of(), subscriber.commits());
    }
  }

  @Test
  void storedOnlyListsMatchingEventsOnly() {
    save("x", "A", "B", "A", "C");
    save("x", "B");
    save("y", "A");
    try (Subscriber subscriber =
        Subscriber.open(
            b,
            Requests.fromBeginning(namespace)
                .setDetail(Detail.DETAIL_STORED_ONLY)
                .setFilter(types("A", "C").setActorPattern("x")))) {
      subscriber.awaitCaughtUp();
      assertEquals(
          List.of(1L, 3L, 4L), subscriber.stored().stream().map(EventStored::getVersion).toList());
    }
  }

  @Test
  void aCursorBindsThePatternButNotTheFilter() {
    save("x", "A");
    save("x", "B");
    String cursor;
    try (Subscriber subscriber =
        Subscriber.open(a, Requests.fromBeginning(namespace).setFilter(types("A")))) {
      cursor = subscriber.awaitCaughtUp().cursor();
    }
    save("x", "C");
    try (Subscriber subscriber =
        Subscriber.open(b, Requests.after(namespace, cursor).setFilter(types("B", "C")))) {
      subscriber.awaitCommits(1);
      assertEquals(List.of(saved.get(2)), subscriber.commitIds());
      assertTrue(subscriber.awaitCaughtUp().commits().size() == 1);
    }
  }
}
