package dev.aether.server.measure;

import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Where the parts of a node register what they measure, once, when they are created. What is
 * registered twice is the same meter. Names are those of docs/operations/observe.md without {@code
 * aether_} and without the unit that Prometheus adds; labels are pairs of a name and a value.
 * Suppliers are called by any thread and must be cheap. Thread-safe.
 */
public interface Measures {
  /** Collects nothing. */
  Measures NONE = new NoMeasures();

  /** A number of things that have happened. */
  Counter counter(String name, String help, String... labels);

  /** As {@link #counter}, for a part that counts itself. */
  void total(String name, String help, LongSupplier count, String... labels);

  /** A number that rises and falls. */
  void gauge(String name, String help, LongSupplier value, String... labels);

  /** Durations, in nanoseconds. */
  Distribution durations(String name, String help, String... labels);

  /** Numbers of things. */
  Distribution sizes(String name, String help, String... labels);

  /**
   * A gauge for each namespace that the supplier returns, which bounds how many there are.
   *
   * @param values by the name of the namespace
   */
  void byNamespace(String name, String help, Supplier<Map<String, Long>> values);

  /** What is used of a limit. */
  default void limit(String limit, LongSupplier used, long max) {
    gauge("limit.used", "What is used of a limit of this node", used, "limit", limit);
    gauge("limit.max", "The value of a limit of this node", () -> max, "limit", limit);
  }
}
