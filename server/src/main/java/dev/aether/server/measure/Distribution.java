package dev.aether.server.measure;

/** Counts amounts by size. Thread-safe; cheap enough for each save. */
@FunctionalInterface
public interface Distribution {
  /**
   * Records one amount.
   *
   * @param amount nanoseconds if it is a duration; not negative
   */
  void record(long amount);
}
