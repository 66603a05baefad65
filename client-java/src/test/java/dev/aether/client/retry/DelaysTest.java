package dev.aether.client.retry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The delays that the policies choose. */
class DelaysTest {
  private static final RetryDecision ENOUGH =
      new RetryDecision.Stop(RetryDecision.StopReason.TOO_MANY_ATTEMPTS);

  private static RetryDecision again(long millis) {
    return new RetryDecision.Retry(Duration.ofMillis(millis));
  }

  private static long millis(RetryDecision verdict) {
    return ((RetryDecision.Retry) verdict).delay().toMillis();
  }

  private static long[] gaps(int conflicts) {
    return LongStream.generate(() -> 1).limit(conflicts).toArray();
  }

  @Test
  void simpleDoublesItsPauseAndGivesUpAfterThreeRetries() {
    assertEquals(
        List.of(again(10), again(20), again(40), ENOUGH),
        Conflicts.verdicts(new SimpleRetry(), gaps(4)));
  }

  @Test
  void simpleNeverWaitsLongerThanItsLongestPause() {
    SimpleRetry policy = new SimpleRetry(100, Duration.ofMillis(1), Duration.ofMillis(100));
    List<RetryDecision> verdicts = Conflicts.verdicts(policy, gaps(100));
    assertEquals(List.of(again(64), again(100), again(100)), verdicts.subList(6, 9));
    assertEquals(again(100), verdicts.get(99));
  }

  @Test
  void withoutRetriesTheFirstConflictIsTheEnd() {
    assertEquals(List.of(ENOUGH), Conflicts.verdicts(new SimpleRetry().withMaxRetries(0), 1));
  }

  @Test
  void fullJitterStaysBelowADoublingBoundAndSpreadsOverIt() {
    JitterRetry policy = new JitterRetry();
    spreads(policy, attempt -> 0, attempt -> Math.min(1000, 10L << attempt));
  }

  @Test
  void decorrelatedJitterStaysBetweenItsFirstAndItsLongestPauseAndSpreads() {
    JitterRetry policy = new JitterRetry().withKind(JitterRetry.Kind.DECORRELATED);
    spreads(
        policy,
        attempt -> 10,
        attempt -> (long) Math.min(1000, 10 * Math.pow(3, (double) attempt + 1)));
  }

  private static void spreads(JitterRetry policy, LongUnaryOperator least, LongUnaryOperator most) {
    for (int attempt = 0; attempt < 10; attempt++) {
      Set<RetryDecision> seen = new HashSet<>();
      for (int writer = 0; writer < 100; writer++) {
        RetryDecision verdict = Conflicts.verdicts(policy, gaps(attempt + 1)).get(attempt);
        assertTrue(millis(verdict) >= least.applyAsLong(attempt), verdict::toString);
        assertTrue(millis(verdict) <= most.applyAsLong(attempt), verdict::toString);
        seen.add(verdict);
      }
      // Chosen in nanoseconds: equal delays can occur only at the limit of decorrelated jitter.
      assertTrue(seen.size() > 5, () -> "only " + seen.size() + " different pauses");
    }
    assertEquals(ENOUGH, Conflicts.verdicts(policy, gaps(11)).get(10));
  }

  @Test
  void adaptiveWaitsByTheGap() {
    assertEquals(
        List.of(again(50), again(100), again(150), again(350), again(500)),
        Conflicts.verdicts(new AdaptiveRetry(), 1, 2, 3, 7, 10));
  }

  @Test
  void adaptiveTakesAVersionThatTheActorHasNotReachedAsTheSmallestGap() {
    assertEquals(List.of(again(50)), Conflicts.verdicts(new AdaptiveRetry(), -3));
  }

  @Test
  void adaptiveSpreadsAboveAGapOfTenAndStaysWithinItsBound() {
    for (long gap : new long[] {11, 30, 100, 1000, Long.MAX_VALUE / 2}) {
      Set<RetryDecision> seen = new HashSet<>();
      for (int writer = 0; writer < 100; writer++) {
        RetryDecision verdict = Conflicts.verdicts(new AdaptiveRetry(), gap).get(0);
        assertTrue(millis(verdict) >= Math.min(50 * Math.min(gap, 1000), 2500), verdict::toString);
        assertTrue(millis(verdict) <= 5000, verdict::toString);
        seen.add(verdict);
      }
      assertTrue(seen.size() > 50, () -> "only " + seen.size() + " different pauses");
    }
  }

  @Test
  void aTimeLimitEndsACourseWhosePauseWouldLeadPastIt() {
    TimeLimit policy = new TimeLimit(Duration.ofSeconds(30), new SimpleRetry());
    assertEquals(again(10), Conflicts.verdicts(policy, 1).get(0));
    TimeLimit shorter = new TimeLimit(Duration.ofMillis(5), new SimpleRetry());
    assertEquals(
        new RetryDecision.Stop(RetryDecision.StopReason.TIMED_OUT),
        Conflicts.verdicts(shorter, 1).get(0));
  }

  @Test
  void numbersThatMakeNoSenseAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new SimpleRetry().withMaxRetries(-1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new SimpleRetry(1, Duration.ZERO, Duration.ofSeconds(1)));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new JitterRetry(JitterRetry.Kind.FULL, 1, Duration.ofMillis(2), Duration.ofMillis(1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new AdaptiveRetry(1, Duration.ZERO, Duration.ZERO, 2, Duration.ZERO));
    assertThrows(
        IllegalArgumentException.class, () -> new TimeLimit(Duration.ZERO, new SimpleRetry()));
  }

  @Test
  void aPauseAboveADayIsRefusedWhereItIsSaidAndNotWhereItIsWaitedFor() {
    Duration age = Duration.ofDays(365 * 300);
    assertThrows(IllegalArgumentException.class, () -> new RetryDecision.Retry(age));
    assertThrows(
        IllegalArgumentException.class, () -> new SimpleRetry(1, Duration.ofMillis(1), age));
    assertThrows(
        IllegalArgumentException.class,
        () -> new AdaptiveRetry(1, Duration.ZERO, age, 10, Duration.ofSeconds(5)));
  }
}
