package dev.aether.bench.scenario;

import java.time.Duration;

/**
 * The size of a run.
 *
 * @param rounds number of measured rounds
 * @param warmUp warm-up time of each system before the rounds, in which HotSpot compiles the code
 * @param roundTime time of each system in each round
 * @param maxPerRound the most appends or reads of one system in a round
 * @param dropsCaches whether the whole machine's page cache may be dropped, as root, for cold reads
 * @param factor the factor for the sizes in scenarios, which are those of the full run; 1 is the
 *     full run
 */
public record Scale(
    int rounds,
    Duration warmUp,
    Duration roundTime,
    long maxPerRound,
    boolean dropsCaches,
    double factor) {
  /** The scale of the published figures. */
  public static final Scale FULL =
      new Scale(7, Duration.ofSeconds(40), Duration.ofSeconds(5), Long.MAX_VALUE, true, 1);

  /** A small scale, for quick checks during development. */
  public static final Scale QUICK =
      new Scale(5, Duration.ofSeconds(10), Duration.ofSeconds(2), Long.MAX_VALUE, true, 0.1);

  /** A size of the full run at this scale, at least one. */
  public int of(int full) {
    return (int) Math.max(1, Math.round(full * factor));
  }

  /** This scale with another warm-up time. */
  public Scale withWarmUp(Duration time) {
    return new Scale(rounds, time, roundTime, maxPerRound, dropsCaches, factor);
  }

  /** This scale with another number of rounds. */
  public Scale withRounds(int number) {
    return new Scale(number, warmUp, roundTime, maxPerRound, dropsCaches, factor);
  }
}
