package dev.aether.server.measure;

import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Collects nothing. */
final class NoMeasures implements Measures {
  @Override
  public Counter counter(String name, String help, String... labels) {
    return () -> {};
  }

  @Override
  public void total(String name, String help, LongSupplier count, String... labels) {}

  @Override
  public void gauge(String name, String help, LongSupplier value, String... labels) {}

  @Override
  public Distribution durations(String name, String help, String... labels) {
    return amount -> {};
  }

  @Override
  public Distribution sizes(String name, String help, String... labels) {
    return amount -> {};
  }

  @Override
  public void byNamespace(String name, String help, Supplier<Map<String, Long>> values) {}
}
