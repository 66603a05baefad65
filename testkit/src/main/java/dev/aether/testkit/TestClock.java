package dev.aether.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A clock that stands still until it is set. Safe for use by many threads.
 *
 * <p>A {@link TestAether} dates by it what comes without a time: events and snapshots, and on the
 * store in memory also {@code storedAt}; on NATS that is NATS's own. How long anything takes, such
 * as a deadline, a pause or a heartbeat, is real time.
 */
public final class TestClock extends Clock {
  /** What it says at first. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Hands hands;
  private final ZoneId zone;

  /** A clock in UTC that says {@link #START}. */
  public TestClock() {
    this(new Hands(), ZoneOffset.UTC);
  }

  private TestClock(Hands hands, ZoneId zone) {
    this.hands = hands;
    this.zone = zone;
  }

  /** Sets it; also back. */
  public void set(Instant instant) {
    hands.set(instant);
  }

  /** Sets it so much later; by a negative time, earlier. */
  public void advance(Duration time) {
    hands.advance(time);
  }

  @Override
  public Instant instant() {
    return hands.now();
  }

  @Override
  public ZoneId getZone() {
    return zone;
  }

  /** This clock in another zone: to set one sets both. */
  @Override
  public TestClock withZone(ZoneId zone) {
    return new TestClock(hands, zone);
  }

  @Override
  public String toString() {
    return "TestClock[" + instant() + ", " + zone + "]";
  }

  /** What the same clock in all zones shares. */
  private static final class Hands {
    private Instant now = START;

    synchronized Instant now() {
      return now;
    }

    synchronized void set(Instant instant) {
      now = instant;
    }

    synchronized void advance(Duration time) {
      now = now.plus(time);
    }
  }
}
