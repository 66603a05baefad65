package dev.aether.bench.retry;

import java.util.Comparator;
import java.util.List;

/**
 * The figures of a run.
 *
 * @param saved number of saves that were stored
 * @param seconds length of the run
 * @param p50Millis median latency of the stored saves
 * @param p99Millis 99th percentile of their latency
 * @param callerMillis median time for which the caller of a save was blocked
 * @param attempts number of requests
 * @param gaveUp number of saves that were given up after conflicts
 * @param refused number of saves that were not tried
 */
record Figures(
    long saved,
    double seconds,
    double p50Millis,
    double p99Millis,
    double callerMillis,
    long attempts,
    long gaveUp,
    long refused) {

  double savedPerSecond() {
    return saved / seconds;
  }

  double attemptsPerSave() {
    return saved == 0 ? attempts : (double) attempts / saved;
  }

  /** The percentage of the tried saves that were given up. */
  double gaveUpPercent() {
    return saved + gaveUp == 0 ? 0 : 100.0 * gaveUp / (saved + gaveUp);
  }

  /** The round with the median number of saves, with all its figures. */
  static Figures median(List<Figures> rounds) {
    List<Figures> sorted =
        rounds.stream().sorted(Comparator.comparingDouble(Figures::savedPerSecond)).toList();
    return sorted.get(sorted.size() / 2);
  }
}
