package dev.aether.server.cli.top;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What one node did between two readings of its metrics, as lines of text. */
public final class NodeView {
  /** Fewer than one in this many seconds is not shown. */
  private static final double LEAST_RATE = 0.001;

  private static final int SHOWN_METHODS = 4;
  private static final int SHOWN_LIMITS = 3;
  private static final double NOTABLE_USE = 0.01;
  private static final double MILLIS = 1e3;
  private static final double MEBI = 1 << 20;

  private final Samples before;
  private final Samples now;

  public NodeView(Samples before, Samples now) {
    this.before = before;
    this.now = now;
  }

  /** The lines, without line ends. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(line("saves", saves()));
    lines.add(
        line(
            "refused",
            rates(now.rates(before, "aether_saves_total", "reason"), Integer.MAX_VALUE)));
    lines.add(line("save time", times("aether_save_duration_seconds")));
    lines.add(line("JetStream", times("aether_jetstream_duration_seconds")));
    lines.add(
        line("calls", rates(now.rates(before, "aether_rpcs_total", "method"), SHOWN_METHODS)));
    lines.add(
        line(
            "subscriptions",
            String.format(
                Locale.ROOT,
                "%.0f, furthest behind %,.0f commits",
                now.sum("aether_subscriptions"),
                now.sum("aether_subscription_lag_max_commits"))));
    lines.add(line("fullest", fullest()));
    lines.add(line("store", store()));
    lines.add(line("wrong", wrong()));
    return lines;
  }

  private static String line(String name, String text) {
    return String.format(Locale.ROOT, "  %-14s %s", name, text);
  }

  private String saves() {
    Map<String, Double> rates = now.rates(before, "aether_saves_total", "outcome");
    return String.format(
        Locale.ROOT,
        "%,.1f/s stored, %,.1f/s repeated, %,.1f/s refused, %,.1f/s unknown",
        rates.getOrDefault("stored", 0.0),
        rates.getOrDefault("repeated", 0.0),
        rates.getOrDefault("refused", 0.0),
        rates.getOrDefault("unknown", 0.0));
  }

  private static String rates(Map<String, Double> rates, int most) {
    String text =
        rates.entrySet().stream()
            .filter(rate -> isReason(rate.getKey()) && rate.getValue() > LEAST_RATE)
            .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
            .limit(most)
            .map(
                rate ->
                    String.format(
                        Locale.ROOT,
                        "%s %,.1f/s",
                        rate.getKey().replaceFirst(".*/", ""),
                        rate.getValue()))
            .collect(Collectors.joining(", "));
    return text.isEmpty() ? "-" : text;
  }

  /** Saves that were stored have no reason. */
  private static boolean isReason(String label) {
    return !label.isEmpty() && !label.equals("none");
  }

  private String times(String histogram) {
    double p50 = now.quantile(before, histogram, 0.5) * MILLIS;
    double p99 = now.quantile(before, histogram, 0.99) * MILLIS;
    return Double.isNaN(p50)
        ? "-"
        : String.format(Locale.ROOT, "p50 %.2f ms, p99 %.2f ms", p50, p99);
  }

  /** The limits that are used most. */
  private String fullest() {
    Map<String, Double> max = new TreeMap<>();
    now.all("aether_limit_max")
        .forEach(sample -> max.put(sample.labels().getOrDefault("limit", ""), sample.value()));
    record Use(String limit, double part) {}
    String text =
        now.all("aether_limit_used").stream()
            .map(
                sample -> {
                  String limit = sample.labels().getOrDefault("limit", "");
                  double most = max.getOrDefault(limit, 0.0);
                  return new Use(limit, most > 0 ? sample.value() / most : 0);
                })
            .filter(use -> use.part() >= NOTABLE_USE)
            .sorted(Comparator.comparingDouble(Use::part).reversed())
            .limit(SHOWN_LIMITS)
            .map(use -> String.format(Locale.ROOT, "%s %.0f %%", use.limit(), 100 * use.part()))
            .collect(Collectors.joining(", "));
    return text.isEmpty() ? "-" : text;
  }

  private String store() {
    String disk =
        now.all("aether_disk_free_bytes").isEmpty()
            ? ""
            : String.format(
                Locale.ROOT, ", disk %,.0f MiB free", now.sum("aether_disk_free_bytes") / MEBI);
    return String.format(
        Locale.ROOT,
        "%.0f connections to NATS, %.0f namespaces%s",
        now.sum("aether_nats_connections"),
        now.sum("aether_namespaces"),
        disk);
  }

  private String wrong() {
    String conditions =
        now.all("aether_condition").stream()
            .filter(sample -> sample.value() > 0)
            .map(sample -> sample.labels().getOrDefault("condition", "?"))
            .collect(Collectors.joining(", "));
    return conditions.isEmpty() ? "nothing" : conditions;
  }
}
