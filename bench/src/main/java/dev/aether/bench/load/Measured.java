package dev.aether.bench.load;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * The result of a load.
 *
 * @param count the number of acknowledged operations
 * @param nanos the time from the first to the last
 * @param latencies the latency of each in nanoseconds
 */
public record Measured(long count, long nanos, Histogram latencies) {
  private static final int SIGNIFICANT_DIGITS = 3;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;

  /** The result of loads that ran at the same time. */
  public static Measured together(List<Measured> loads) {
    Histogram latencies = new Histogram(SIGNIFICANT_DIGITS);
    loads.forEach(load -> latencies.add(load.latencies()));
    return new Measured(
        loads.stream().mapToLong(Measured::count).sum(),
        loads.stream().mapToLong(Measured::nanos).max().orElseThrow(),
        latencies);
  }

  public double perSecond() {
    return count * NANOS_PER_SECOND / nanos;
  }

  /** A percentile from 0 to 100 of the latencies, in milliseconds. */
  public double latencyMillis(double percentile) {
    return latencies.getValueAtPercentile(percentile) / NANOS_PER_MILLI;
  }
}
