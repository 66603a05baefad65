package dev.aether.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OpenLoopTest {
  private static final Duration TEN_OPERATIONS = Duration.ofMillis(10);

  @Test
  void anOperationThatWaitsForTheOneBeforeItIsMeasuredFromItsScheduledStart() throws Exception {
    AtomicInteger begun = new AtomicInteger();
    CompletableFuture<Void> slow =
        new CompletableFuture<Void>().completeOnTimeout(null, 100, TimeUnit.MILLISECONDS);

    Measured measured =
        OpenLoop.run(
            actor -> begun.incrementAndGet() == 1 ? slow : CompletableFuture.completedFuture(null),
            1,
            1_000,
            TEN_OPERATIONS,
            Long.MAX_VALUE);

    // The last one was due 9 ms after the first.
    assertEquals(10, measured.count());
    assertTrue(measured.latencyMillis(0) > 50, () -> measured.latencyMillis(0) + " ms");
  }

  @Test
  void operationsOnOtherActorsDoNotWait() throws Exception {
    CompletableFuture<Void> first = new CompletableFuture<>();

    Measured measured =
        OpenLoop.run(
            actor -> {
              if (actor == 9) {
                first.complete(null);
              }
              return actor == 0 ? first : CompletableFuture.completedFuture(null);
            },
            10,
            1_000,
            TEN_OPERATIONS,
            Long.MAX_VALUE);

    assertEquals(10, measured.latencies().getTotalCount());
  }

  @Test
  void anOperationThatFailsEndsTheLoopWithItsReason() {
    IllegalStateException failed = new IllegalStateException("refused");

    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                OpenLoop.run(
                    actor -> CompletableFuture.failedFuture(failed),
                    1,
                    1_000,
                    Duration.ofHours(1),
                    Long.MAX_VALUE));

    assertEquals(failed, thrown.getCause());
  }
}
