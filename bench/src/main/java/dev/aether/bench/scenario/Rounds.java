package dev.aether.bench.scenario;

import dev.aether.bench.report.Series;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs every system once per round, one after the other, so that a temporary disturbance of the
 * machine affects all of them. Each is warmed up first.
 */
final class Rounds {
  private final Map<String, Series> series = new LinkedHashMap<>();

  /** Measures one system once. */
  interface Turn<S> {
    /** The figures by name, with the same names in every round. */
    Map<String, Double> measure(S system, Duration time) throws Exception;
  }

  /** A system and its name in tables. */
  interface Naming<S> {
    String of(S system);
  }

  private Rounds() {}

  static <S> Rounds run(Scale scale, List<S> systems, Naming<S> naming, Turn<S> turn)
      throws Exception {
    for (S system : systems) {
      turn.measure(system, scale.warmUp());
    }
    return run(scale.rounds(), scale.roundTime(), systems, naming, turn);
  }

  /** Runs without a warm-up, for systems that are measured cold or in a separate process. */
  static <S> Rounds runCold(int rounds, List<S> systems, Naming<S> naming, Turn<S> turn)
      throws Exception {
    return run(rounds, Duration.ZERO, systems, naming, turn);
  }

  private static <S> Rounds run(
      int rounds, Duration time, List<S> systems, Naming<S> naming, Turn<S> turn) throws Exception {
    Rounds kept = new Rounds();
    for (int round = 0; round < rounds; round++) {
      for (S system : systems) {
        turn.measure(system, time)
            .forEach((figure, value) -> kept.add(naming.of(system), figure, value));
      }
    }
    return kept;
  }

  private void add(String system, String figure, double value) {
    series.merge(
        key(system, figure),
        new Series(system, figure, List.of(value)),
        (known, one) -> {
          List<Double> all = new ArrayList<>(known.rounds());
          all.addAll(one.rounds());
          return new Series(system, figure, all);
        });
  }

  private static String key(String system, String figure) {
    return system + '\n' + figure;
  }

  List<Series> all() {
    return List.copyOf(series.values());
  }

  Series of(String system, String figure) {
    Series found = series.get(key(system, figure));
    if (found == null) {
      throw new IllegalArgumentException("no " + figure + " of " + system);
    }
    return found;
  }
}
