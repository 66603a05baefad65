package dev.aether.bench.report;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/**
 * One figure of one system, measured once per round.
 *
 * @param system the system that was measured
 * @param figure the name of the figure, such as "saves/s"
 * @param rounds the values, at least one, in the order of the rounds
 */
public record Series(String system, String figure, List<Double> rounds) {
  /** Copies. */
  public Series {
    rounds = List.copyOf(rounds);
  }

  public double median() {
    List<Double> sorted = rounds.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  public double min() {
    return rounds.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  public double max() {
    return rounds.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  /** The ratio of this series to another, round by round. */
  public Series over(Series other, String figure) {
    return combined(other, figure, (mine, its) -> mine / its);
  }

  /** The difference of this series to another, round by round. */
  public Series minus(Series other, String figure) {
    return combined(other, figure, (mine, its) -> mine - its);
  }

  private Series combined(Series other, String name, DoubleBinaryOperator operation) {
    if (other.rounds.size() != rounds.size()) {
      throw new IllegalArgumentException("the series have different numbers of rounds");
    }
    List<Double> combined =
        IntStream.range(0, rounds.size())
            .mapToObj(i -> operation.applyAsDouble(rounds.get(i), other.rounds.get(i)))
            .toList();
    return new Series(system + " / " + other.system, name, combined);
  }
}
