package dev.aether.server.cli.bench;

import dev.aether.client.Saved;
import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What a load has measured.
 *
 * @param saves the number of saves that were stored
 * @param time from the first request to the last answer
 * @param micros the latencies of stored saves in microseconds
 * @param sample one of the answers; null if nothing was stored
 * @param failed the number of saves that failed
 * @param failure the first failure; null if there was none
 */
public record LoadResult(
    int clients,
    long saves,
    long events,
    Duration time,
    Histogram micros,
    @Nullable Saved sample,
    long failed,
    @Nullable Throwable failure) {
  private static final double NANOS_PER_SECOND = 1e9;

  public double savesPerSecond() {
    return saves * NANOS_PER_SECOND / time.toNanos();
  }

  public double eventsPerSecond() {
    return events * NANOS_PER_SECOND / time.toNanos();
  }
}
