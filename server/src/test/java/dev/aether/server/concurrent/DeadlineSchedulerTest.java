package dev.aether.server.concurrent;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.testing.Await;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlineSchedulerTest {
  private final Timers timers = new Timers();
  private final DeadlineScheduler deadlines = new DeadlineScheduler(timers);

  @AfterEach
  void close() {
    timers.close();
  }

  private static long in(Duration time) {
    return System.nanoTime() + time.toNanos();
  }

  @Test
  void aTaskRunsAtItsTimeWhetherThatIsNearOrFarAndNotBefore() throws Exception {
    for (long millis : new long[] {0, 20, 700}) {
      CountDownLatch ran = new CountDownLatch(1);
      long at = in(Duration.ofMillis(millis));
      AtomicBoolean early = new AtomicBoolean();
      deadlines.at(
          at,
          () -> {
            early.set(System.nanoTime() < at);
            ran.countDown();
          });
      assertTrue(ran.await(30, TimeUnit.SECONDS), millis + " ms");
      assertFalse(early.get(), millis + " ms");
    }
  }

  @Test
  void whatIsCancelledNeverRunsAndTakesNoRoomAfterAWhile() throws Exception {
    // A near task may run before a slow machine comes to cancel it.
    AtomicBoolean cancelled = new AtomicBoolean();
    AtomicBoolean ran = new AtomicBoolean();
    Runnable task = () -> ran.compareAndSet(false, cancelled.get());
    DeadlineScheduler.Deadline near = deadlines.at(in(Duration.ofMillis(200)), task);
    DeadlineScheduler.Deadline far = deadlines.at(in(Duration.ofMillis(2000)), task);
    DeadlineScheduler.Deadline farther = deadlines.at(in(Duration.ofHours(1)), task);
    // A sweep takes each out of the queue for a moment.
    Await.until("two tasks in the queue", Duration.ofSeconds(30), () -> deadlines.far() == 2);
    near.cancel();
    far.cancel();
    farther.cancel();
    cancelled.set(true);
    CountDownLatch later = new CountDownLatch(1);
    deadlines.at(in(Duration.ofMillis(2200)), later::countDown);
    assertTrue(later.await(30, TimeUnit.SECONDS));
    assertFalse(ran.get());
    Await.until("the queue to be swept", Duration.ofSeconds(30), () -> deadlines.far() == 0);
  }
}
