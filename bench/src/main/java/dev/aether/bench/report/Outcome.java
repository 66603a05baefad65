package dev.aether.bench.report;

import java.util.List;

/**
 * What came of a scenario.
 *
 * @param id one letter, as on the command line
 * @param title what was done, in a line
 */
public record Outcome(String id, String title, List<Series> series, List<Target> targets) {
  /** Copies. */
  public Outcome {
    series = List.copyOf(series);
    targets = List.copyOf(targets);
  }
}
