package dev.aether.faults.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.faults.history.Answer;
import dev.aether.faults.history.Attempt;
import dev.aether.faults.history.Content;
import dev.aether.faults.history.Delivered;
import dev.aether.faults.history.History;
import dev.aether.faults.history.ReadActor;
import dev.aether.faults.history.Save;
import dev.aether.faults.history.Sent;
import dev.aether.faults.history.StoredCommit;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * A sound history passes, and each test breaks it in one way. Actor a has commits a1 (versions 1
 * and 2) and a2, actor b has b1. Saves a1, a2 and b1 were acknowledged one after the other; late
 * was refused, and gone has an unknown outcome.
 */
final class ValidatorsTest {
  private static final String LOG = "log";

  private final List<Save> saves =
      new ArrayList<>(
          List.of(
              save(sent("a", "a1", new Sent.Exactly(0), 2), 10, saved(1, 2, 1)),
              save(sent("a", "a2", new Sent.Any(), 1), 20, saved(3, 3, 3)),
              save(sent("b", "b1", new Sent.Exactly(0), 1), 30, saved(1, 1, 4)),
              save(sent("a", "late", new Sent.Exactly(2), 1), 40, new Answer.Conflict(3)),
              save(sent("a", "gone", new Sent.Any(), 1), 50, new Answer.Unknown("UNAVAILABLE"))));

  private final List<StoredCommit> log =
      new ArrayList<>(
          List.of(
              stored("a", "a1", 1, 2, 1), stored("a", "a2", 3, 3, 3), stored("b", "b1", 1, 1, 4)));

  private final List<ReadActor> actors =
      new ArrayList<>(List.of(actor("a", 3, "a1", "a1", "a2"), actor("b", 1, "b1")));

  private final List<StoredCommit> delivered = new ArrayList<>(log);
  private final List<String> ends = new ArrayList<>();

  @Test
  void aSoundHistoryHasNoViolations() {
    assertEquals(List.of(), check());
  }

  @Test
  void anUnknownOutcomeMayBeStoredOnce() {
    store(stored("a", "gone", 4, 4, 5));
    actors.set(0, actor("a", 4, "a1", "a1", "a2", "gone"));
    assertEquals(List.of(), check());
  }

  @Test
  void anAcknowledgedSaveThatIsNotInTheLogIsLost() {
    removeFromStore(log.get(2));
    actors.remove(1);
    assertFound(Violation.Lost.class, "b1", "position=4", "not in the log");
  }

  @Test
  void aSaveThatIsInTheLogTwiceIsFound() {
    store(stored("a", "gone", 4, 4, 5));
    store(stored("a", "gone", 5, 5, 6));
    actors.set(0, actor("a", 5, "a1", "a1", "a2", "gone", "gone"));
    assertFound(Violation.Doubled.class, "gone", "position 5", "position 6");
  }

  @Test
  void aSaveThatIsElsewhereThanAcknowledgedIsFound() {
    saves.set(2, save(saves.get(2).sent(), 30, saved(1, 1, 3)));
    assertFound(Violation.Misplaced.class, "b1", "position=3", "position 4");
  }

  @Test
  void twoAnswersWithDifferentPlacesAreFound() {
    Sent sent = saves.get(1).sent();
    saves.set(1, save(sent, 20, new Answer.Unknown("UNAVAILABLE"), saved(3, 3, 3), saved(4, 4, 9)));
    assertFound(Violation.AnswersDiffer.class, "a2", "position=3", "position=9");
  }

  @Test
  void otherContentThanWasSentIsFound() {
    Sent sent = saves.get(2).sent();
    Sent other = new Sent(LOG, sent.actor(), sent.commit(), sent.expected(), 1, 77);
    saves.set(2, save(other, 30, saved(1, 1, 4)));
    assertFound(Violation.ForeignContent.class, "b1", "position 4");
  }

  @Test
  void aRefusedSaveThatIsInTheLogIsFound() {
    saves.set(3, save(sent("a", "late", new Sent.Any(), 1), 40, new Answer.Refused("OVERLOADED")));
    store(stored("a", "late", 4, 4, 5));
    actors.set(0, actor("a", 4, "a1", "a1", "a2", "late"));
    assertFound(Violation.StoredThoughRefused.class, "late", "OVERLOADED", "position 5");
  }

  @Test
  void aConflictAfterAnUnknownOutcomeIsARefusalOnceTheActorIsPastTheExpectedVersion() {
    Sent sent = sent("b", "late", new Sent.Exactly(1), 1);
    saves.set(3, save(sent, 40, new Answer.Unknown("UNAVAILABLE"), new Answer.Conflict(2)));
    store(stored("b", "late", 2, 2, 5));
    actors.set(1, actor("b", 2, "b1", "late"));
    assertFound(Violation.StoredThoughRefused.class, "late", "currentVersion=2", "position 5");
  }

  @Test
  void aCommitThatNobodySentIsFound() {
    store(stored("c", "strange", 1, 1, 5));
    actors.add(actor("c", 1, "strange"));
    assertFound(Violation.NeverSent.class, "strange", "position 5");
  }

  @Test
  void aSaveThatIsStoredInAnotherStateThanItRequiresIsFound() {
    saves.set(1, save(sent("a", "a2", new Sent.Exactly(7), 1), 20, saved(3, 3, 3)));
    assertFound(Violation.StoredAgainstExpectation.class, "a2", "version=7", "versions 3 to 3");
  }

  @Test
  void aNewActorIsNoExistingOne() {
    saves.set(2, save(sent("b", "b1", new Sent.Existing(), 1), 30, saved(1, 1, 4)));
    assertFound(Violation.StoredAgainstExpectation.class, "b1", "Existing", "versions 1 to 1");
  }

  @Test
  void aConflictThatDoesNotKnowWhatWasAcknowledgedBeforeIsFound() {
    saves.set(3, save(sent("a", "late", new Sent.Exactly(9), 1), 40, new Answer.Conflict(2)));
    assertFound(Violation.WrongConflict.class, "late", "currentVersion=2", "version 3");
  }

  @Test
  void aConflictAtTheExpectedVersionIsFound() {
    saves.set(3, save(sent("a", "late", new Sent.Exactly(3), 1), 40, new Answer.Conflict(3)));
    assertFound(Violation.WrongConflict.class, "late", "currentVersion=3", "version 3");
  }

  @Test
  void aSaveThatOvertakesOneThatWasAcknowledgedBeforeItWasSentIsFound() {
    saves.set(0, save(saves.get(0).sent(), 25, saved(1, 2, 1)));
    assertFound(Violation.Overtaken.class, "a2", "a1");
  }

  @Test
  void anAnswerThatNoFaultExplainsIsFound() {
    saves.set(4, save(saves.get(4).sent(), 50, new Answer.Refused("CORRUPT_RECORD")));
    assertFound(Violation.UnexpectedAnswer.class, "gone", "CORRUPT_RECORD");
  }

  @Test
  void anUnknownOutcomeThatNoFaultExplainsIsFound() {
    saves.set(4, save(saves.get(4).sent(), 50, new Answer.Unknown("INTERNAL")));
    assertFound(Violation.UnexpectedAnswer.class, "gone", "INTERNAL");
  }

  @Test
  void aGapInTheVersionsOfAnActorIsFound() {
    StoredCommit last = stored("a", "a2", 4, 4, 3);
    log.set(1, last);
    delivered.set(1, last);
    saves.set(1, save(saves.get(1).sent(), 20, saved(4, 4, 3)));
    assertTrue(
        check().stream()
            .anyMatch(
                found -> found instanceof Violation.VersionGap && found.text().contains("a2")),
        () -> check().toString());
  }

  @Test
  void moreVersionsThanEventsAreFound() {
    Sent sent = saves.get(2).sent();
    saves.set(2, save(sent("b", "b1", sent.expected(), 2, sent.content()), 30, saved(1, 1, 4)));
    assertFound(Violation.VersionGap.class, "b1", "versions 1 to 1");
  }

  @Test
  void positionsThatDoNotGrowAreFound() {
    log.add(log.remove(1));
    delivered.add(delivered.remove(1));
    List<Violation> found = check();
    assertTrue(
        found.stream().anyMatch(Violation.PositionDisorder.class::isInstance), found::toString);
  }

  @Test
  void anActorThatIsReadWithOtherEventsIsFound() {
    actors.set(0, actor("a", 3, "a1", "a1", "b1"));
    assertFound(Violation.ActorDiffers.class, "log/a", "a2");
  }

  @Test
  void anActorThatIsReadInPartIsFound() {
    actors.set(0, actor("a", 3, "a1", "a1"));
    assertFound(Violation.ActorDiffers.class, "log/a", "with 2 events, in the log 3");
  }

  @Test
  void anActorThatIsListedWithAnotherVersionIsFound() {
    actors.set(1, actor("b", 2, "b1"));
    assertFound(Violation.ActorDiffers.class, "log/b", "version 2, in the log 1");
  }

  @Test
  void anActorThatIsNotListedIsFound() {
    actors.remove(1);
    assertFound(Violation.ActorDiffers.class, "log/b", "not in the list");
  }

  @Test
  void aCommitThatASubscriberDidNotGetIsFound() {
    delivered.remove(1);
    assertFound(Violation.ReaderGap.class, "subscriber", "a2", "position 3");
  }

  @Test
  void aCommitThatASubscriberGotTwiceIsFound() {
    delivered.add(delivered.get(2));
    assertFound(Violation.ReaderDouble.class, "subscriber", "b1");
  }

  @Test
  void commitsThatASubscriberGotInAnotherOrderAreFound() {
    delivered.add(delivered.remove(1));
    assertFound(Violation.ReaderDisorder.class, "subscriber", "position 3", "position 4");
  }

  @Test
  void aCommitThatASubscriberGotButTheLogDoesNotHaveIsFound() {
    delivered.add(stored("c", "strange", 1, 1, 5));
    assertFound(Violation.ReaderForeign.class, "subscriber", "strange");
  }

  @Test
  void anEndOfASubscriptionThatNoFaultExplainsIsFound() {
    ends.add("CURSOR_UNKNOWN");
    assertFound(Violation.UnexpectedAnswer.class, "subscriber", "CURSOR_UNKNOWN");
  }

  private List<Violation> check() {
    return Validators.check(
        new History(
            saves,
            Map.of(LOG, log),
            actors,
            List.of(new Delivered("subscriber", Set.of(LOG), delivered, 1, ends))));
  }

  /** Exactly one violation is found, of this kind and with these parts in its text. */
  private void assertFound(Class<? extends Violation> kind, String... parts) {
    List<Violation> found = check();
    assertEquals(
        List.of(kind), found.stream().map(Violation::getClass).collect(Collectors.toList()));
    for (String part : parts) {
      assertTrue(found.get(0).text().contains(part), () -> found.get(0).text());
    }
  }

  private void store(StoredCommit commit) {
    log.add(commit);
    delivered.add(commit);
  }

  private void removeFromStore(StoredCommit commit) {
    log.remove(commit);
    delivered.remove(commit);
  }

  /** Each attempt is sent at this time, and answered one later. */
  private static Save save(Sent sent, long sentNanos, Answer... answers) {
    List<Attempt> attempts = new ArrayList<>();
    for (Answer answer : answers) {
      attempts.add(new Attempt("node-0", sentNanos, sentNanos + 1, answer));
    }
    return new Save(sent, attempts);
  }

  private static Sent sent(String actor, String commit, Sent.Expected expected, int events) {
    return sent(actor, commit, expected, events, content(commit, events));
  }

  private static Sent sent(
      String actor, String commit, Sent.Expected expected, int events, long content) {
    return new Sent(LOG, actor, commit, expected, events, content);
  }

  private static Answer.Saved saved(long first, long last, long position) {
    return new Answer.Saved(first, last, position, false);
  }

  private static StoredCommit stored(
      String actor, String commit, long first, long last, long position) {
    long content = content(commit, (int) (last - first + 1));
    return new StoredCommit(LOG, position, actor, commit, first, last, content);
  }

  private static ReadActor actor(String actor, long listedVersion, String... commits) {
    List<ReadActor.Event> events = new ArrayList<>();
    for (String commit : commits) {
      events.add(new ReadActor.Event(events.size() + 1, event(commit)));
    }
    return new ReadActor("node-0", LOG, actor, listedVersion, events);
  }

  private static long content(String commit, int events) {
    return LongStream.range(0, events)
        .reduce(Content.NONE, (before, i) -> Content.fold(before, event(commit)));
  }

  private static long event(String commit) {
    return Content.of("id", "type", commit.getBytes(StandardCharsets.UTF_8));
  }
}
