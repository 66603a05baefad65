package dev.aether.server.concurrent;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The pauses between tries: each is twice the one before it, up to a longest. For one thread at a
 * time.
 */
public final class Backoff {
  private final Duration first;
  private final Duration longest;
  private Duration next;

  private Backoff(Duration first, Duration longest, Duration next) {
    if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException("pauses from " + first + " to " + longest);
    }
    this.first = first;
    this.longest = longest;
    this.next = next;
  }

  /** Begins with a pause. */
  public static Backoff from(Duration first, Duration longest) {
    return new Backoff(first, longest, first);
  }

  /** Begins with no pause, then with the first one. */
  public static Backoff afterOneAtOnce(Duration first, Duration longest) {
    return new Backoff(first, longest, Duration.ZERO);
  }

  /** The next pause. */
  public Duration next() {
    return next(longest);
  }

  /** The next pause, which is to be at most so long this time. */
  public Duration next(Duration atMost) {
    Duration pause = shorter(next, atMost);
    // Not beyond the longest, however often it is asked: doubled for ever it would overflow.
    next = next.isZero() ? first : shorter(next.multipliedBy(2), longest);
    return pause;
  }

  /** Begins anew with the first pause. */
  public void reset() {
    next = first;
  }

  /** A pause of half to all of another's length, so that many who wait don't come at once. */
  public static Duration jittered(Duration pause) {
    long half = pause.toNanos() / 2;
    return Duration.ofNanos(half + ThreadLocalRandom.current().nextLong(half + 1));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
