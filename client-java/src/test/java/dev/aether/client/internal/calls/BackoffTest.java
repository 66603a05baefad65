package dev.aether.client.internal.calls;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.RepeatOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BackoffTest {
  @Test
  void theDelayStaysAtItsMaximumHoweverManyAttemptsHaveFailed() {
    Duration max = Duration.ofMillis(500);
    RepeatOptions options = new RepeatOptions(Integer.MAX_VALUE, Duration.ofMillis(50), max);
    for (int attempts = 10; attempts < 100; attempts++) {
      Duration delay = Backoff.delay(options, attempts, Failure.endedEarly());
      assertTrue(
          delay.compareTo(max.dividedBy(2)) >= 0 && delay.compareTo(max) <= 0,
          delay + " after " + attempts + " attempts");
    }
  }
}
