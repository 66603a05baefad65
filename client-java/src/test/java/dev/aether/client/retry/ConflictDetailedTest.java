package dev.aether.client.retry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConflictDetailedTest {
  private static final RetryPolicy PATIENT = new JitterRetry().withMaxRetries(100);

  @Test
  void theListenerHearsEachConflictAsItWas() {
    List<Conflict> heard = new ArrayList<>();
    RetryCourse course = new ConflictDetailed(PATIENT).withListener(heard::add).begin("actor");

    List<Conflict> conflicts = List.of(Conflicts.at(1, 10, 4), Conflicts.at(2, 12, 2));
    conflicts.forEach(course::onConflict);

    assertEquals(conflicts, heard);
    assertEquals(List.of(4L, 2L), heard.stream().map(Conflict::gap).toList());
  }

  @Test
  void conflictsAtOneVersionAreThrashing() {
    RetryCourse course = new ConflictDetailed(PATIENT).begin("actor");
    assertInstanceOf(Verdict.Again.class, course.onConflict(Conflicts.at(1, 10, 9)));
    assertInstanceOf(Verdict.Again.class, course.onConflict(Conflicts.at(2, 10, 8)));
    assertEquals(
        new Verdict.Stop(Verdict.Why.SAME_VERSION_AGAIN),
        course.onConflict(Conflicts.at(3, 10, 7)));
  }

  @Test
  void aGapThatDoesNotShrinkIsThrashing() {
    List<Verdict> verdicts = Conflicts.verdicts(new ConflictDetailed(PATIENT), 3, 3, 4, 4, 5);
    verdicts.subList(0, 4).forEach(each -> assertInstanceOf(Verdict.Again.class, each));
    assertEquals(new Verdict.Stop(Verdict.Why.GAP_NOT_SHRINKING), verdicts.get(4));
  }

  @Test
  void aGapThatShrinksNowAndThenIsNot() {
    Conflicts.verdicts(new ConflictDetailed(PATIENT), 3, 4, 5, 6, 5, 6, 7, 8, 1, 1, 1, 1)
        .forEach(each -> assertInstanceOf(Verdict.Again.class, each));
  }

  @Test
  void thePolicyWithinStillHasItsWord() {
    assertEquals(
        new Verdict.Stop(Verdict.Why.TOO_MANY_ATTEMPTS),
        Conflicts.verdicts(new ConflictDetailed(new SimpleRetry()), 9, 8, 7, 6).get(3));
  }

  @Test
  void toStopAtTheFirstConflictIsNotDetection() {
    assertThrows(
        IllegalArgumentException.class, () -> new ConflictDetailed(PATIENT, 1, 5, conflict -> {}));
  }
}
