package dev.aether.server.concurrent;

import dev.aether.server.testing.Await;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TimersTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  @Test
  void aTaskThatThrowsIsRunAgainAndHoldsUpNoOther() {
    AtomicInteger failed = new AtomicInteger();
    AtomicInteger run = new AtomicInteger();
    try (Timers timers = new Timers()) {
      timers.every(
          Duration.ofMillis(1),
          () -> {
            failed.incrementAndGet();
            throw new IllegalStateException("planted by the test");
          });
      timers.every(Duration.ofMillis(1), run::incrementAndGet);
      Await.until("the task to run again", BOUND, () -> failed.get() > 3 && run.get() > 3);
    }
  }
}
