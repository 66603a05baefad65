package dev.aether.bench.retry;

import dev.aether.bench.report.BarChart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Writes the figures of the patterns as tables and a picture.
 *
 * @param facts facts about the machine and the run
 * @param writers the number of writers in each run of a row
 * @param rows one row per pattern
 */
record RetryReport(Map<String, String> facts, List<Integer> writers, List<Row> rows) {
  private static final String BEGIN = "<!-- bench/retry writes from here -->";
  private static final String END = "<!-- bench/retry writes to here -->";

  /** The figures of a pattern, one for each entry of {@link #writers}. */
  record Row(Patterns.Pattern pattern, List<Figures> figures) {
    String cells(ToDoubleFunction<Figures> figure) {
      return figures.stream()
          .map(one -> number(figure.applyAsDouble(one)))
          .collect(Collectors.joining(" / "));
    }
  }

  /** Writes {@code retry.md} and {@code retry.svg}, and the table into the guide to retries. */
  void write(Path folder, Path guide) throws IOException {
    Files.writeString(folder.resolve("retry.md"), markdown());
    Files.writeString(folder.resolve("retry.svg"), chart().svg());
    String text = Files.readString(guide);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalStateException(guide + " has no place for the table");
    }
    Files.writeString(
        guide, text.substring(0, begin) + BEGIN + "\n" + summary() + text.substring(end));
  }

  private String counts() {
    return writers.stream().map(String::valueOf).collect(Collectors.joining(" / "));
  }

  /** The figures that help to choose a pattern. */
  String summary() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "| pattern | saved/s with %s writers | p99 ms until saved | given up %% | code | use when |\n",
            counts()));
    text.append("|---|---:|---:|---:|---|---|\n");
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "| `%s`%s | %s | %s | %s | %s | %s |\n",
              row.pattern().name(),
              row.pattern().nameInGo().map(name -> " (`" + name + "`)").orElse(""),
              row.cells(Figures::savedPerSecond),
              row.cells(Figures::p99Millis),
              row.cells(Figures::gaveUpPercent),
              row.pattern().complexity(),
              row.pattern().useWhen()));
    }
    return text.toString();
  }

  /** All figures. */
  String markdown() {
    StringBuilder text =
        new StringBuilder(
            "# Retry patterns under contention\n\n"
                + "These are the figures behind [retries](../retries.md), written by `bench/retry`.\n\n"
                + "| machine | |\n|---|---|\n");
    facts.forEach(
        (what, fact) -> text.append(String.format(Locale.ROOT, "| %s | %s |\n", what, fact)));
    text.append(
        "\n| pattern | writers | saved/s | p50 ms | p99 ms | caller blocked, p50 ms"
            + " | attempts per save | given up | refused |\n");
    text.append("|---|---:|---:|---:|---:|---:|---:|---:|---:|\n");
    for (Row row : rows) {
      for (int i = 0; i < writers.size(); i++) {
        Figures figures = row.figures().get(i);
        text.append(
            String.format(
                Locale.ROOT,
                "| %s | %d | %s | %s | %s | %s | %s | %d (%s %%) | %d |\n",
                row.pattern().name(),
                writers.get(i),
                number(figures.savedPerSecond()),
                number(figures.p50Millis()),
                number(figures.p99Millis()),
                number(figures.callerMillis()),
                number(figures.attemptsPerSave()),
                figures.gaveUp(),
                number(figures.gaveUpPercent()),
                figures.refused()));
      }
    }
    return text.append("\n![Saves per second, and the share given up](retry.svg)\n").toString();
  }

  BarChart chart() {
    return new BarChart(
        "Saves per second on one actor, and the share of saves that were given up",
        "saves per second",
        writers.stream().map(count -> count == 1 ? "1 writer" : count + " writers").toList(),
        rows.stream()
            .map(
                row ->
                    new BarChart.Group(
                        row.pattern().name(),
                        row.figures().stream().map(RetryReport::bar).toList()))
            .toList());
  }

  private static BarChart.Bar bar(Figures figures) {
    return new BarChart.Bar(
        figures.savedPerSecond(),
        figures.gaveUp() == 0 ? "" : ", " + number(figures.gaveUpPercent()) + " % given up");
  }

  private static String number(double value) {
    String form = value == 0 || value >= 100 ? "%,.0f" : value >= 1 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, form, value);
  }
}
