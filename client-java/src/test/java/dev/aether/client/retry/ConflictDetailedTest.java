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
    RetrySession course = new ConflictDetailed(PATIENT).withListener(heard::add).begin("actor");

    List<Conflict> conflicts = List.of(Conflicts.at(1, 10, 4), Conflicts.at(2, 12, 2));
    conflicts.forEach(course::onConflict);

    assertEquals(conflicts, heard);
    assertEquals(List.of(4L, 2L), heard.stream().map(Conflict::gap).toList());
  }

  @Test
  void conflictsAtOneVersionAreThrashing() {
    RetrySession course = new ConflictDetailed(PATIENT).begin("actor");
    assertInstanceOf(RetryDecision.Retry.class, course.onConflict(Conflicts.at(1, 10, 9)));
    assertInstanceOf(RetryDecision.Retry.class, course.onConflict(Conflicts.at(2, 10, 8)));
    assertEquals(
        new RetryDecision.Stop(RetryDecision.StopReason.SAME_VERSION_AGAIN),
        course.onConflict(Conflicts.at(3, 10, 7)));
  }

  @Test
  void aGapThatDoesNotShrinkIsThrashing() {
    List<RetryDecision> verdicts = Conflicts.verdicts(new ConflictDetailed(PATIENT), 3, 3, 4, 4, 5);
    verdicts.subList(0, 4).forEach(each -> assertInstanceOf(RetryDecision.Retry.class, each));
    assertEquals(
        new RetryDecision.Stop(RetryDecision.StopReason.GAP_NOT_SHRINKING), verdicts.get(4));
  }

  @Test
  void aGapThatShrinksNowAndThenIsNot() {
    Conflicts.verdicts(new ConflictDetailed(PATIENT), 3, 4, 5, 6, 5, 6, 7, 8, 1, 1, 1, 1)
        .forEach(each -> assertInstanceOf(RetryDecision.Retry.class, each));
  }

  @Test
  void thePolicyWithinStillHasItsWord() {
    assertEquals(
        new RetryDecision.Stop(RetryDecision.StopReason.TOO_MANY_ATTEMPTS),
        Conflicts.verdicts(new ConflictDetailed(new SimpleRetry()), 9, 8, 7, 6).get(3));
  }

  @Test
  void toStopAtTheFirstConflictIsNotDetection() {
    assertThrows(
        IllegalArgumentException.class, () -> new ConflictDetailed(PATIENT, 1, 5, conflict -> {}));
  }
}
