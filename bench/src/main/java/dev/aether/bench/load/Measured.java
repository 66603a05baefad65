package dev.aether.bench.load;

import org.HdrHistogram.Histogram;

/**
 * What came of a load.
 *
 * @param count of what was done and acknowledged
 * @param nanos from the first to the last
 * @param latencies of each, in nanoseconds
 */
public record Measured(long count, long nanos, Histogram latencies) {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  public double perSecond() {
    return count * NANOS_PER_SECOND / nanos;
  }

  /** In milliseconds, of 0 to 100 percent. */
  public double latencyMillis(double percentile) {
    return latencies.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
  }
}
