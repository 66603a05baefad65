package dev.aether.bench.report;

import java.util.List;

/**
 * The result of a scenario.
 *
 * @param id the scenario's letter
 * @param title what was done, in one line
 */
public record Outcome(String id, String title, List<Series> series, List<Target> targets) {
  /** Copies. */
  public Outcome {
    series = List.copyOf(series);
    targets = List.copyOf(targets);
  }
}
