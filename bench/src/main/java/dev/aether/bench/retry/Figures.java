package dev.aether.bench.retry;

import java.util.Comparator;
import java.util.List;

/**
 * What came of a run.
 *
 * @param saved saves that were stored
 * @param seconds the run's length
 * @param p50Millis from the begin of a save to its answer, of those that were stored
 * @param p99Millis the same
 * @param callerMillis the median time for which a save's caller could do nothing else
 * @param attempts requests to save
 * @param gaveUp saves that were given up after conflicts
 * @param refused saves that were not even tried
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

  /** Of the saves that were tried, in percent. */
  double gaveUpPercent() {
    return saved + gaveUp == 0 ? 0 : 100.0 * gaveUp / (saved + gaveUp);
  }

  /** The round in the middle by what it saved: its other figures belong to that. */
  static Figures median(List<Figures> rounds) {
    List<Figures> sorted =
        rounds.stream().sorted(Comparator.comparingDouble(Figures::savedPerSecond)).toList();
    return sorted.get(sorted.size() / 2);
  }
}
