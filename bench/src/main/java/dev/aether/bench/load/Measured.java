package dev.aether.bench.load;

import org.HdrHistogram.Histogram;

/**
 * The result of a load.
 *
 * @param count the number of acknowledged operations
 * @param nanos the time from the first to the last
 * @param latencies the latency of each in nanoseconds
 */
public record Measured(long count, long nanos, Histogram latencies) {
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  public double perSecond() {
    return count * NANOS_PER_SECOND / nanos;
  }

  /** A percentile from 0 to 100 of the latencies, in milliseconds. */
  public double latencyMillis(double percentile) {
    return latencies.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
  }
}
