package dev.aether.server.concurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration FIRST = Duration.ofMillis(2);
  private static final Duration LONGEST = Duration.ofMillis(15);

  private static List<Long> millis(Backoff backoff, int pauses) {
    return Stream.generate(backoff::next).limit(pauses).map(Duration::toMillis).toList();
  }

  @Test
  void eachPauseIsTwiceTheOneBeforeUpToTheLongest() {
    assertEquals(List.of(2L, 4L, 8L, 15L, 15L), millis(Backoff.from(FIRST, LONGEST), 5));
    assertEquals(
        List.of(0L, 2L, 4L, 8L, 15L, 15L), millis(Backoff.afterOneAtOnce(FIRST, LONGEST), 6));
  }

  @Test
  void itGoesOnForEver() {
    Backoff backoff = Backoff.from(FIRST, LONGEST);
    assertTrue(millis(backoff, 1000).stream().skip(3).allMatch(pause -> pause == 15));
    Backoff shortened = Backoff.from(FIRST, LONGEST);
    for (int i = 0; i < 1000; i++) {
      assertTrue(shortened.next(Duration.ofMillis(3)).toMillis() <= 3);
    }
    assertEquals(LONGEST, shortened.next());
  }

  @Test
  void whatSucceedsLetsItBeginAnew() {
    Backoff backoff = Backoff.afterOneAtOnce(FIRST, LONGEST);
    assertEquals(List.of(0L, 2L, 4L), millis(backoff, 3));
    backoff.reset();
    assertEquals(List.of(2L, 4L), millis(backoff, 2));
  }

  @Test
  void aJitteredPauseIsHalfToAllOfIt() {
    for (int i = 0; i < 1000; i++) {
      long nanos = Backoff.jittered(LONGEST).toNanos();
      assertTrue(nanos >= LONGEST.toNanos() / 2 && nanos <= LONGEST.toNanos());
    }
    assertEquals(Duration.ZERO, Backoff.jittered(Duration.ZERO));
  }

  @Test
  void pausesThatCanNotGrowAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Backoff.from(Duration.ZERO, LONGEST));
    assertThrows(IllegalArgumentException.class, () -> Backoff.from(LONGEST, FIRST));
  }
}
