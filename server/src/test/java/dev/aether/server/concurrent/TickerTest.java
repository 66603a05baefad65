package dev.aether.server.concurrent;

import dev.aether.server.testing.Await;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TickerTest {
  private static final Duration BOUND = Duration.ofSeconds(20);

  @Test
  void aTaskThatThrowsRunsAgainAtItsNextTime() {
    AtomicInteger runs = new AtomicInteger();
    AtomicInteger others = new AtomicInteger();
    try (Ticker ticker = new Ticker("test-ticker")) {
      ticker.every(
          Duration.ofMillis(1),
          "fail",
          () -> {
            if (runs.incrementAndGet() % 2 == 0) {
              throw new IllegalStateException("of a test");
            }
            throw new StackOverflowError("of a test");
          });
      ticker.every(Duration.ofMillis(1), "count", others::incrementAndGet);
      Await.until("runs after failures", BOUND, () -> runs.get() > 3 && others.get() > 3);
    }
  }
}
