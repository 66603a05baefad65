package dev.aether.client.internal.calls;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Converts durations to nanoseconds. */
public final class Durations {
  /** Longer than any process runs, and short enough to be added to {@link System#nanoTime()}. */
  private static final long MAX_NANOS = TimeUnit.DAYS.toNanos(36_500);

  private Durations() {}

  /**
   * The nanoseconds of a duration, at most 100 years. {@link Duration#toNanos()} throws an
   * exception for more than 292 years, by which an application may mean that there is no limit.
   */
  public static long nanos(Duration duration) {
    return Math.min(TimeUnit.NANOSECONDS.convert(duration), MAX_NANOS);
  }
}
