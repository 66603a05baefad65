package dev.aether.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;

final class TestClockTest {
  private final TestClock clock = new TestClock();

  @Test
  void itStandsStillUntilItIsSet() {
    assertEquals(TestClock.START, clock.instant());
    assertEquals(TestClock.START, clock.instant());

    clock.advance(Duration.ofNanos(1));
    assertEquals(TestClock.START.plusNanos(1), clock.instant());

    clock.set(Instant.EPOCH);
    assertEquals(0, clock.millis());
  }

  @Test
  void itIsTheSameClockInEveryZone() {
    TestClock inTokyo = clock.withZone(ZoneId.of("Asia/Tokyo"));

    inTokyo.advance(Duration.ofDays(1));

    assertEquals(TestClock.START.plus(Duration.ofDays(1)), clock.instant());
    assertEquals(9, ZonedDateTime.now(inTokyo).getHour());
  }
}
