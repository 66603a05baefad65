package dev.aether.server.grpc.limits;

import java.time.Duration;

/**
 * A limit of something per second. What was not used lately may be used at once. Not thread-safe.
 */
final class TokenBucket {
  private static final double NANOS_PER_SECOND = 1e9;

  private final double perSecond;
  private final double most;
  private double tokens;
  private long filled;

  /**
   * @param perSecond 0 for no limit
   * @param now a {@link System#nanoTime}, as for the other methods
   */
  TokenBucket(long perSecond, long now) {
    this(perSecond, perSecond, now);
  }

  /**
   * @param most how much may be used at once
   */
  TokenBucket(long perSecond, long most, long now) {
    this.perSecond = perSecond;
    this.most = most;
    tokens = most;
    filled = now;
  }

  /**
   * Takes an amount, even if it is more than there is: then the bucket owes it, so that an amount
   * larger than that of a second is possible.
   */
  void take(long amount) {
    tokens -= amount;
  }

  /** How long to wait until there is something to take; zero if there is. */
  Duration untilSome(long now) {
    return perSecond == 0 ? Duration.ZERO : until(Math.min(1, perSecond), now);
  }

  /** Whether nothing was used lately. */
  boolean isFull(long now) {
    return perSecond == 0 || until(most, now).isZero();
  }

  private Duration until(double wanted, long now) {
    tokens = Math.min(most, tokens + (now - filled) / NANOS_PER_SECOND * perSecond);
    filled = now;
    return tokens >= wanted
        ? Duration.ZERO
        : Duration.ofNanos((long) Math.ceil((wanted - tokens) / perSecond * NANOS_PER_SECOND));
  }
}
