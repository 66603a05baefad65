package dev.aether.server.cli.top;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The metrics of a node at one time, read from the text format of Prometheus. Immutable. */
public final class Samples {
  /** A name, labels in braces, and a value. */
  private static final Pattern LINE =
      Pattern.compile("([A-Za-z_:][A-Za-z0-9_:]*)(?:\\{(.*)})? (\\S+)(?: \\d+)?");

  private static final Pattern LABEL =
      Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

  /** More is not from a node. */
  private static final int MAX_LINES = 100_000;

  private final long nanos;
  private final Map<String, List<Sample>> byName;

  /**
   * One value.
   *
   * @param labels by name
   */
  public record Sample(Map<String, String> labels, double value) {}

  private Samples(long nanos, Map<String, List<Sample>> byName) {
    this.nanos = nanos;
    this.byName = byName;
  }

  /**
   * Reads a text. Lines that are not understood are left out.
   *
   * @param nanos when it was received, as {@link System#nanoTime}
   */
  public static Samples parse(String text, long nanos) {
    Map<String, List<Sample>> byName = new HashMap<>();
    text.lines()
        .limit(MAX_LINES)
        .filter(line -> !line.startsWith("#"))
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .forEach(
            line ->
                number(line.group(3))
                    .forEach(
                        value ->
                            byName
                                .computeIfAbsent(line.group(1), name -> new ArrayList<>())
                                .add(new Sample(labels(line.group(2)), value))));
    return new Samples(nanos, byName);
  }

  private static Stream<Double> number(String text) {
    try {
      return Stream.of(text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text));
    } catch (NumberFormatException e) {
      return Stream.empty();
    }
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new TreeMap<>();
    if (text != null) {
      Matcher each = LABEL.matcher(text);
      while (each.find()) {
        labels.put(
            each.group(1),
            each.group(2).replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\"));
      }
    }
    return labels;
  }

  /** All values of a metric. */
  public List<Sample> all(String name) {
    return byName.getOrDefault(name, List.of());
  }

  /** The sum of a metric's values; 0 if there are none. */
  public double sum(String name) {
    return all(name).stream().mapToDouble(Sample::value).sum();
  }

  /** The time from an earlier reading to this one. */
  public double secondsSince(Samples earlier) {
    return (nanos - earlier.nanos) / 1e9;
  }

  /**
   * How much counters grew a second since an earlier reading, by one of their labels. A node that
   * was restarted meanwhile begins at 0.
   */
  public Map<String, Double> rates(Samples earlier, String name, String label) {
    Map<String, Double> before = earlier.totals(name, label);
    Map<String, Double> rates = new TreeMap<>();
    totals(name, label)
        .forEach(
            (value, count) -> {
              double grown = count - before.getOrDefault(value, 0.0);
              rates.put(value, (grown < 0 ? count : grown) / secondsSince(earlier));
            });
    return rates;
  }

  private Map<String, Double> totals(String name, String label) {
    Map<String, Double> totals = new HashMap<>();
    for (Sample sample : all(name)) {
      totals.merge(sample.labels().getOrDefault(label, ""), sample.value(), Double::sum);
    }
    return totals;
  }

  /**
   * A quantile of what a histogram has counted since an earlier reading, as Prometheus computes it:
   * within a bucket, values count as evenly spread. NaN if it has counted nothing.
   *
   * @param name without {@code _bucket}
   * @param quantile between 0 and 1
   */
  public double quantile(Samples earlier, String name, double quantile) {
    TreeMap<Double, Double> counts = buckets(name);
    TreeMap<Double, Double> before = earlier.buckets(name);
    counts.replaceAll((bound, count) -> Math.max(0, count - before.getOrDefault(bound, 0.0)));
    double all = counts.isEmpty() ? 0 : counts.lastEntry().getValue();
    if (all == 0) {
      return Double.NaN;
    }
    double rank = quantile * all;
    double lowerBound = 0;
    double lowerCount = 0;
    for (Map.Entry<Double, Double> bucket : counts.entrySet()) {
      double bound = bucket.getKey();
      double count = bucket.getValue();
      if (count >= rank && count > lowerCount) {
        return Double.isInfinite(bound)
            ? lowerBound
            : lowerBound + (bound - lowerBound) * (rank - lowerCount) / (count - lowerCount);
      }
      lowerBound = bound;
      lowerCount = count;
    }
    return lowerBound;
  }

  /** The counts by their upper bounds, of all label values together. */
  private TreeMap<Double, Double> buckets(String name) {
    TreeMap<Double, Double> buckets = new TreeMap<>();
    for (Sample sample : all(name + "_bucket")) {
      number(sample.labels().getOrDefault("le", ""))
          .forEach(bound -> buckets.merge(bound, sample.value(), Double::sum));
    }
    return buckets;
  }
}
