package dev.aether.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A clock that stands still until it is set. Safe for use by many threads.
 *
 * <p>A {@link TestAether} uses it for events and snapshots without a timestamp and, with the
 * in-memory store, for {@code storedAt}; with NATS, {@code storedAt} comes from NATS. Deadlines,
 * delays and heartbeats use real time.
 */
public final class TestClock extends Clock {
  /** The initial time. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Hands hands;
  private final ZoneId zone;

  /** Creates a clock in UTC at {@link #START}. */
  public TestClock() {
    this(new Hands(), ZoneOffset.UTC);
  }

  private TestClock(Hands hands, ZoneId zone) {
    this.hands = hands;
    this.zone = zone;
  }

  /** Sets the time, forward or back. */
  public void set(Instant instant) {
    hands.set(instant);
  }

  /** Moves the time forward, or back if the duration is negative. */
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

  /** Returns this clock in another zone; setting one sets both. */
  @Override
  public TestClock withZone(ZoneId zone) {
    return new TestClock(hands, zone);
  }

  @Override
  public String toString() {
    return "TestClock[" + instant() + ", " + zone + "]";
  }

  /** The time shared by this clock in all zones. */
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
