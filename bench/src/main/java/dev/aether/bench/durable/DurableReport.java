package dev.aether.bench.durable;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.aether.bench.load.Measured;
import dev.aether.bench.report.BarChart;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Report;
import dev.aether.bench.report.Series;
import dev.aether.bench.report.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * Writes the figures of all systems as JSON, as tables and as a picture.
 *
 * @param facts facts about the machine and the run
 * @param leftOut sentences about what was not measured
 * @param conflicts the percentage of saves that expect an old version
 * @param replicas of each stream; with more than one, Aether is beside JetStream alone
 */
record DurableReport(
    Map<String, String> facts,
    List<String> leftOut,
    List<Load> loads,
    int conflicts,
    int replicas) {
  private static final String RATE = "saves/s";
  private static final String P50 = "p50 ms";
  private static final String P99 = "p99 ms";
  private static final String P999 = "p99.9 ms";
  private static final int SERIES_IN_CHART = 3;

  /** The columns of ratios. */
  private static final List<String> COMPARED =
      List.of(Contender.AETHER_UNARY, Contender.AETHER_JAVA, Contender.AETHER_STREAM);

  /** What the issue that asked for group commit wants, for saves without conflicts. */
  private static final List<Wanted> WANTED =
      List.of(
          new Wanted(32, Contender.AETHER_UNARY, Contender.UMADB, 1),
          new Wanted(32, Contender.AETHER_JAVA, Contender.UMADB, 1),
          new Wanted(256, Contender.AETHER_JAVA, Contender.UMADB, 1),
          new Wanted(256, Contender.AETHER_UNARY, Contender.UMADB, 1),
          new Wanted(256, Contender.AETHER_STREAM, Contender.UMADB, 1.3),
          new Wanted(256, Contender.AETHER_STREAM, Contender.POSTGRESQL, 1.5),
          new Wanted(1, Contender.AETHER_UNARY, Contender.ETCD, 1),
          new Wanted(32, Contender.AETHER_UNARY, Contender.ETCD, 1),
          new Wanted(256, Contender.AETHER_UNARY, Contender.ETCD, 1));

  private static final List<Wanted> WANTED_OF_REPLICATED =
      List.of(new Wanted(256, Contender.AETHER_STREAM, Contender.RAW, 1.2));

  /** How many more milliseconds than another system a save of one client may take. */
  private static final List<MoreMillis> MORE_MILLIS =
      List.of(new MoreMillis(Contender.AETHER_UNARY, Contender.UMADB, 0.15));

  private static final List<MoreMillis> MORE_MILLIS_OF_REPLICATED =
      List.of(
          new MoreMillis(Contender.AETHER_UNARY, Contender.RAW, 0.2),
          new MoreMillis(Contender.AETHER_STREAM, Contender.RAW, 0.2));

  /** A ratio of two rates that must be reached. */
  private record Wanted(int clients, String system, String other, double atLeast) {}

  /** A limit for the difference of two medians with one client. */
  private record MoreMillis(String system, String other, double atMost) {}

  /**
   * A load and its figures.
   *
   * @param clients how many clients save at the same time
   * @param percent 0, or the percentage of the rate of these clients at which an open loop saves
   * @param rounds by system, in the order of the tables
   */
  record Load(int clients, int percent, Map<String, List<Measured>> rounds) {
    /** A load that has no figures yet. */
    static Load closed(int clients) {
      return new Load(clients, 0, new LinkedHashMap<>());
    }

    /** An open loop that has no figures yet, at a percentage of this load's rates. */
    Load openAt(int share) {
      return new Load(clients, share, new LinkedHashMap<>());
    }

    void add(String system, Measured measured) {
      rounds.computeIfAbsent(system, name -> new ArrayList<>()).add(measured);
    }

    /** The median rate of a system that was measured. */
    double rate(String system) {
      return series(system, RATE).orElseThrow().median();
    }

    Optional<Series> series(String system, String figure) {
      return Optional.ofNullable(rounds.get(system))
          .map(all -> new Series(system, figure, all.stream().map(m -> value(m, figure)).toList()));
    }

    private static double value(Measured measured, String figure) {
      ToDoubleFunction<Measured> of =
          switch (figure) {
            case RATE -> Measured::perSecond;
            case P50 -> m -> m.latencyMillis(50);
            case P99 -> m -> m.latencyMillis(99);
            default -> m -> m.latencyMillis(99.9);
          };
      return of.applyAsDouble(measured);
    }

    /** The rate of a system divided by that of another, round by round. */
    Optional<Series> ratio(String system, String other) {
      return series(system, RATE)
          .flatMap(mine -> series(other, RATE).map(its -> mine.over(its, RATE)));
    }

    /** The median latency of a system minus that of another, round by round. */
    Optional<Series> moreMillis(String system, String other) {
      return series(system, P50)
          .flatMap(mine -> series(other, P50).map(its -> mine.minus(its, P50 + ", difference")));
    }

    String title() {
      String closed = clients == 1 ? "1 client" : clients + " clients";
      return percent == 0 ? closed : percent + " % of the rate with " + closed + ", open loop";
    }

    /** A short name, different for each load of a run. */
    String id() {
      return clients + (percent == 0 ? "" : "p" + percent);
    }
  }

  /** Writes {@code NAME.json}, {@code NAME.md} and {@code NAME.svg}. */
  void write(Path folder, String name) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(name + ".json"), json() + "\n");
    Files.writeString(folder.resolve(name + ".md"), markdown(name));
    Files.writeString(folder.resolve(name + ".svg"), chart().svg());
  }

  private String json() {
    JsonObject run = new Report(facts, loads.stream().map(this::outcome).toList()).toJson();
    JsonArray missing = new JsonArray();
    leftOut.forEach(missing::add);
    run.add("leftOut", missing);
    return new GsonBuilder().setPrettyPrinting().create().toJson(run);
  }

  private Outcome outcome(Load load) {
    List<Series> series = new ArrayList<>();
    for (String system : load.rounds().keySet()) {
      Stream.of(RATE, P50, P99, P999).forEach(f -> load.series(system, f).ifPresent(series::add));
      ratios(load, system).forEach(ratio -> ratio.ifPresent(series::add));
    }
    return new Outcome(load.id(), load.title(), series, targets(load));
  }

  /** The rates of Aether's ways to save, divided by that of a system. */
  private static List<Optional<Series>> ratios(Load load, String system) {
    return COMPARED.stream()
        .map(
            aether -> aether.equals(system) ? Optional.<Series>empty() : load.ratio(aether, system))
        .toList();
  }

  private List<Target> targets(Load load) {
    List<Target> targets = new ArrayList<>();
    if (conflicts > 0 || load.percent() > 0) {
      return targets;
    }
    for (Wanted wanted : replicas == 1 ? WANTED : WANTED_OF_REPLICATED) {
      if (wanted.clients() == load.clients()) {
        load.ratio(wanted.system(), wanted.other())
            .ifPresent(ratio -> targets.add(Target.atLeast(wanted.atLeast(), ratio)));
      }
    }
    if (load.clients() == 1) {
      for (MoreMillis wanted : replicas == 1 ? MORE_MILLIS : MORE_MILLIS_OF_REPLICATED) {
        load.moreMillis(wanted.system(), wanted.other())
            .ifPresent(more -> targets.add(Target.atMost(wanted.atMost(), more)));
      }
    }
    return targets;
  }

  /**
   * The figures as tables.
   *
   * @param name of the picture, without its ending
   */
  String markdown(String name) {
    StringBuilder text =
        new StringBuilder(
            "# Durable saves "
                + (replicas == 1 ? "beside other systems" : "with " + replicas + " replicas")
                + "\n\n"
                + "These are the figures of one run of `bench/durable`; [Benchmarks](README.md)"
                + " explains them. Each cell has the median of the rounds and, in brackets, their"
                + " extremes.\n\n"
                + "| machine | |\n|---|---|\n");
    facts.forEach(
        (what, fact) -> text.append(String.format(Locale.ROOT, "| %s | %s |\n", what, fact)));
    leftOut.forEach(
        sentence -> text.append(String.format(Locale.ROOT, "\nNot measured: %s\n", sentence)));
    text.append(
        String.format(Locale.ROOT, "\n![Durable saves per second, by system](%s.svg)\n", name));
    for (Load load : loads) {
      text.append(String.format(Locale.ROOT, "\n## %s\n\n", load.title()));
      text.append("| system | saves/s | p50 ms | p99 ms | p99.9 ms |");
      COMPARED.forEach(aether -> text.append(' ').append(aether).append(" / it |"));
      text.append("\n|---|---:|---:|---:|---:|" + "---:|".repeat(COMPARED.size()) + "\n");
      load.rounds().keySet().forEach(system -> text.append(row(load, system)));
      text.append(Report.table(targets(load)));
    }
    return text.toString();
  }

  private static String row(Load load, String system) {
    StringBuilder row = new StringBuilder("| " + system + " |");
    Stream.concat(
            Stream.of(RATE, P50, P99, P999).map(figure -> load.series(system, figure)),
            ratios(load, system).stream())
        .forEach(
            series ->
                row.append(' ').append(series.map(DurableReport::cell).orElse("")).append(" |"));
    return row.append('\n').toString();
  }

  private static String cell(Series series) {
    return String.format(
        Locale.ROOT,
        "%s (%s–%s)",
        Report.number(series.median()),
        Report.number(series.min()),
        Report.number(series.max()));
  }

  /** The rates with the largest numbers of clients. */
  BarChart chart() {
    List<Load> shown =
        loads.stream()
            .sorted(Comparator.comparing(Load::clients).reversed())
            .limit(SERIES_IN_CHART)
            .sorted(Comparator.comparing(Load::clients))
            .toList();
    List<BarChart.Group> groups =
        shown.stream()
            .flatMap(load -> load.rounds().keySet().stream())
            .distinct()
            .map(system -> new BarChart.Group(system, bars(shown, system)))
            .toList();
    return new BarChart(
        "Durable saves per second: median of the rounds, and their extremes as a line",
        "saves per second",
        shown.stream().map(Load::title).toList(),
        groups);
  }

  /** One bar per load; a system that was not measured with it has an empty one. */
  private static List<BarChart.Bar> bars(List<Load> shown, String system) {
    return shown.stream()
        .map(
            load ->
                load.series(system, RATE)
                    .map(rate -> new BarChart.Bar(rate.median(), "", rate.min(), rate.max()))
                    .orElse(new BarChart.Bar(0, ", not measured")))
        .toList();
  }
}
