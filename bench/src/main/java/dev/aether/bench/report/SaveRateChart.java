package dev.aether.bench.report;

import java.util.List;
import java.util.Optional;

/** Draws how many events are stored per second, with one and with ten events per save. */
final class SaveRateChart {
  private static final List<Label> SCENARIOS =
      List.of(new Label("a", "1 event per save"), new Label("b", "10 events per save"));

  private static final List<Label> SYSTEMS =
      List.of(
          new Label("raw jnats", "JetStream, a message per event"),
          new Label("aether stream", "Aether, stream of saves"),
          new Label("aether unary", "Aether, a call per save"));

  private SaveRateChart() {}

  /** The label of a scenario or a system in the picture. */
  private record Label(String id, String text) {}

  /** The chart; empty unless both scenarios were run. */
  static Optional<BarChart> of(List<Outcome> outcomes) {
    List<BarChart.Group> groups =
        SCENARIOS.stream()
            .flatMap(
                scenario ->
                    outcomes.stream()
                        .filter(outcome -> outcome.id().equals(scenario.id()))
                        .map(outcome -> group(scenario, outcome)))
            .toList();
    return groups.size() < SCENARIOS.size()
        ? Optional.empty()
        : Optional.of(
            new BarChart(
                "Events stored per second, with 256 saves in flight",
                "events per second",
                SYSTEMS.stream().map(Label::text).toList(),
                groups));
  }

  private static BarChart.Group group(Label scenario, Outcome outcome) {
    return new BarChart.Group(
        scenario.text(), SYSTEMS.stream().map(system -> bar(outcome, system)).toList());
  }

  private static BarChart.Bar bar(Outcome outcome, Label system) {
    return outcome.series().stream()
        .filter(series -> series.system().equals(system.id()) && series.figure().equals("events/s"))
        .findFirst()
        .map(series -> new BarChart.Bar(series.median(), ""))
        .orElseThrow();
  }
}
