package dev.aether.server.measure;

/** A number that only grows. Thread-safe; cheap enough for each save. */
@FunctionalInterface
public interface Counter {
  /** Adds one. */
  void increment();
}
