package dev.aether.bench.report;

import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/**
 * One figure of one system, measured once a round.
 *
 * @param system that was measured
 * @param figure such as "saves/s"
 * @param rounds at least one, in the order they were run
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

  /** Each round of this beside the same round of another, as another series. */
  public Series over(Series other, String figure) {
    return combined(other, figure, (mine, its) -> mine / its);
  }

  /** What each round of this has more than the same round of another. */
  public Series minus(Series other, String figure) {
    return combined(other, figure, (mine, its) -> mine - its);
  }

  private Series combined(Series other, String name, DoubleBinaryOperator operation) {
    if (other.rounds.size() != rounds.size()) {
      throw new IllegalArgumentException("rounds of different runs");
    }
    List<Double> combined =
        IntStream.range(0, rounds.size())
            .mapToObj(i -> operation.applyAsDouble(rounds.get(i), other.rounds.get(i)))
            .toList();
    return new Series(system + " / " + other.system, name, combined);
  }
}
