package dev.aether.server.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.server.testing.Await;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DiskSpaceTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private final AtomicLong free = new AtomicLong(10);

  /** Whoever reads the disk waits for this. */
  private volatile CountDownLatch hangs = new CountDownLatch(0);

  private final CountDownLatch reading = new CountDownLatch(1);

  @Test
  void aDiskThatHangsKeepsNobodyWaitingAndIsReadAgainWhenItAnswers() throws InterruptedException {
    try (DiskSpace space = new DiskSpace(this::read, () -> 100)) {
      CountDownLatch end = new CountDownLatch(1);
      hangs = end;
      reading.await();
      free.set(20);
      assertEquals(10, space.free());
      assertEquals(100, space.total());
      end.countDown();
      Await.until("the new figure", BOUND, () -> space.free() == 20);
    }
  }

  private long read() {
    CountDownLatch end = hangs;
    if (end.getCount() > 0) {
      reading.countDown();
    }
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return free.get();
  }
}
