package dev.aether.server.cli;

import dev.aether.client.HistoryRules;
import dev.aether.client.NamespaceConfig;
import dev.aether.client.NamespaceInfo;
import dev.aether.server.cli.json.JsonLine;
import java.math.BigDecimal;
import java.time.Duration;

/** Formats namespaces as lines of JSON, with the field names of protobuf's JSON. */
final class NamespaceLines {
  private static final int NANO_DIGITS = 9;

  private NamespaceLines() {}

  static String of(NamespaceInfo namespace) {
    return new JsonLine()
        .put("namespace", namespace.name())
        .putObject("config", config(namespace.config()))
        .put("incarnation", namespace.incarnation())
        .put("createdAt", namespace.createdAt())
        .end();
  }

  private static JsonLine config(NamespaceConfig config) {
    JsonLine line =
        new JsonLine().put("replicas", config.replicas()).put("partitions", config.partitions());
    HistoryRules rules = config.history();
    if (rules != null) {
      JsonLine history = new JsonLine().put("keepEvents", rules.keepEvents());
      Duration age = rules.keepAge();
      line.putObject("history", age == null ? history : history.put("keepAge", seconds(age)));
    }
    return line.put("maxBytes", config.maxBytes());
  }

  /** A duration in the format of protobuf's JSON: "1.5s". */
  private static String seconds(Duration age) {
    BigDecimal nanos = BigDecimal.valueOf(age.getNano(), NANO_DIGITS);
    return BigDecimal.valueOf(age.getSeconds()).add(nanos).stripTrailingZeros().toPlainString()
        + "s";
  }
}
