package dev.aether.bench.scenario;

import java.time.Duration;

/**
 * How much is done.
 *
 * @param rounds that are measured
 * @param warmUp for each system before them, as HotSpot compiles while it runs
 * @param roundTime for each system in each round
 * @param maxPerRound appends or reads of one system in a round
 * @param dropsCaches whether the whole machine's page cache may be dropped, as root, for cold reads
 * @param factor of the sizes that scenarios name for the full run; 1 is full
 */
public record Scale(
    int rounds,
    Duration warmUp,
    Duration roundTime,
    long maxPerRound,
    boolean dropsCaches,
    double factor) {
  /** What the published figures come from. */
  public static final Scale FULL =
      new Scale(7, Duration.ofSeconds(40), Duration.ofSeconds(5), Long.MAX_VALUE, true, 1);

  /** For a look while changing something. */
  public static final Scale QUICK =
      new Scale(5, Duration.ofSeconds(10), Duration.ofSeconds(2), Long.MAX_VALUE, true, 0.1);

  /** A size of the full run at this scale, at least one. */
  public int of(int full) {
    return (int) Math.max(1, Math.round(full * factor));
  }

  /** With another time to warm up. */
  public Scale withWarmUp(Duration time) {
    return new Scale(rounds, time, roundTime, maxPerRound, dropsCaches, factor);
  }

  /** With another number of rounds. */
  public Scale withRounds(int number) {
    return new Scale(number, warmUp, roundTime, maxPerRound, dropsCaches, factor);
  }
}
