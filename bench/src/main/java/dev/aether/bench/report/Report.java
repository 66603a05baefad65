package dev.aether.bench.report;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The results of a run, as JSON for programs and as Markdown for people.
 *
 * @param facts facts about the machine and the run
 */
public record Report(Map<String, String> facts, List<Outcome> outcomes) {

  /** Writes {@code NAME.json}, {@code NAME.md} and {@code NAME.svg}. */
  public void write(Path folder, String name) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(name + ".json"), json() + "\n");
    Files.writeString(folder.resolve(name + ".md"), markdown());
    Optional<BarChart> chart = SaveRateChart.of(outcomes);
    if (chart.isPresent()) {
      Files.writeString(folder.resolve(name + ".svg"), chart.get().svg());
    }
  }

  private String json() {
    return new GsonBuilder().setPrettyPrinting().create().toJson(toJson());
  }

  /** The results as JSON. */
  public JsonObject toJson() {
    JsonObject machine = new JsonObject();
    facts.forEach(machine::addProperty);
    JsonArray scenarios = new JsonArray();
    outcomes.forEach(outcome -> scenarios.add(json(outcome)));
    JsonObject run = new JsonObject();
    run.add("machine", machine);
    run.add("scenarios", scenarios);
    return run;
  }

  private static JsonObject json(Outcome outcome) {
    JsonObject scenario = new JsonObject();
    scenario.addProperty("id", outcome.id());
    scenario.addProperty("title", outcome.title());
    JsonArray series = new JsonArray();
    outcome.series().forEach(one -> series.add(json(one)));
    scenario.add("series", series);
    JsonArray targets = new JsonArray();
    for (Target target : outcome.targets()) {
      JsonObject one = json(target.measured());
      one.addProperty(target.atLeast() ? "atLeast" : "atMost", target.bound());
      one.addProperty("met", target.isMet());
      targets.add(one);
    }
    scenario.add("targets", targets);
    return scenario;
  }

  private static JsonObject json(Series series) {
    JsonObject one = new JsonObject();
    one.addProperty("system", series.system());
    one.addProperty("figure", series.figure());
    one.addProperty("median", series.median());
    JsonArray rounds = new JsonArray();
    series.rounds().forEach(rounds::add);
    one.add("rounds", rounds);
    return one;
  }

  /** Tables: the figures of each scenario, followed by its targets. */
  public String markdown() {
    StringBuilder text =
        new StringBuilder(
            "# Benchmark figures\n\n"
                + "These are the figures of one run of `bench/run`; [Benchmarks](README.md) explains"
                + " them.\n\n"
                + "| machine | |\n|---|---|\n");
    facts.forEach(
        (what, fact) -> text.append(String.format(Locale.ROOT, "| %s | %s |\n", what, fact)));
    for (Outcome outcome : outcomes) {
      text.append(String.format(Locale.ROOT, "\n## %s. %s\n\n", outcome.id(), outcome.title()));
      text.append("| system | figure | median | min–max | rounds |\n|---|---|---:|---:|---:|\n");
      for (Series series : outcome.series()) {
        text.append(
            String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s–%s | %d |\n",
                series.system(),
                series.figure(),
                number(series.median()),
                number(series.min()),
                number(series.max()),
                series.rounds().size()));
      }
      text.append(table(outcome.targets()));
    }
    return text.toString();
  }

  /** A table of targets in Markdown; empty if there are none. */
  public static String table(List<Target> targets) {
    StringBuilder text = new StringBuilder();
    if (!targets.isEmpty()) {
      text.append("\n| target | wanted | median | min–max | |\n|---|---:|---:|---:|---|\n");
    }
    targets.forEach(target -> text.append(row(target)));
    return text.toString();
  }

  private static String row(Target target) {
    Series measured = target.measured();
    return String.format(
        Locale.ROOT,
        "| %s: %s | %s %s | %s | %s–%s | %s |\n",
        measured.system(),
        measured.figure(),
        target.atLeast() ? "≥" : "≤",
        number(target.bound()),
        number(measured.median()),
        number(measured.min()),
        number(measured.max()),
        target.isMet() ? "met" : "**missed**");
  }

  /** Formats a number with about three significant digits. */
  public static String number(double value) {
    double size = Math.abs(value);
    String form = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, form, value);
  }
}
