package dev.aether.server.grpc.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void whatWasNotUsedOfASecondMayBeUsedAtOnce() {
    TokenBucket bucket = new TokenBucket(10, 0);
    for (int i = 0; i < 10; i++) {
      assertEquals(Duration.ZERO, bucket.untilSome(0));
      bucket.take(1);
    }
    assertEquals(Duration.ofMillis(100), bucket.untilSome(0));
    assertEquals(Duration.ZERO, bucket.untilSome(SECOND / 10));
  }

  @Test
  void aLargeAmountIsOwed() {
    TokenBucket bucket = new TokenBucket(10, 0);
    bucket.take(30);
    assertEquals(Duration.ofMillis(2100), bucket.untilSome(0));
    assertFalse(bucket.isFull(2 * SECOND));
    assertTrue(bucket.isFull(3 * SECOND));
  }

  @Test
  void moreThanASecondIsNotSaved() {
    TokenBucket bucket = new TokenBucket(10, 0);
    assertTrue(bucket.isFull(100 * SECOND));
    bucket.take(10);
    assertFalse(bucket.untilSome(100 * SECOND).isZero());
  }

  @Test
  void moreThanASecondIsSavedWhereThatIsSaid() {
    TokenBucket bucket = new TokenBucket(10, 50, 0);
    bucket.take(49);
    assertEquals(Duration.ZERO, bucket.untilSome(0));
    bucket.take(1);
    assertEquals(Duration.ofMillis(100), bucket.untilSome(0));
    assertFalse(bucket.isFull(4 * SECOND));
    assertTrue(bucket.isFull(100 * SECOND));
    bucket.take(50);
    assertFalse(bucket.untilSome(100 * SECOND).isZero());
  }

  @Test
  void zeroIsNoLimit() {
    TokenBucket bucket = new TokenBucket(0, 0);
    bucket.take(Long.MAX_VALUE);
    assertEquals(Duration.ZERO, bucket.untilSome(0));
    assertTrue(bucket.isFull(0));
  }
}
