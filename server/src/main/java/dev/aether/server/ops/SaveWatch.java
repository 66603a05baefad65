package dev.aether.server.ops;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Judges whether the saves of the last seconds are slow. Not thread-safe. */
final class SaveWatch {
  /** What is judged together. */
  static final Duration WINDOW = Duration.ofSeconds(10);

  /** Fewer are an accident. */
  private static final int FEW = 3;

  /** Saves are slow if more than one of this many takes long: the 99th percentile. */
  private static final int PERCENT = 100;

  /** As many as the looks within the window. */
  private final Deque<Counted> looks = new ArrayDeque<>();

  private SaveCounts latest = SaveCounts.NONE;

  private record Counted(long at, SaveCounts counts) {}

  /**
   * Adds counts, and forgets those that are too old.
   *
   * @param now as {@link System#nanoTime}
   */
  void add(long now, SaveCounts counts) {
    looks.add(new Counted(now, counts));
    while (now - looks.getFirst().at() > WINDOW.toNanos()) {
      looks.remove();
    }
    latest = counts.since(looks.getFirst().counts());
  }

  /** Why saves are slow; empty if they are not. */
  Optional<String> whySlow() {
    return latest.slow() >= FEW && latest.slow() * PERCENT > latest.stored()
        ? Optional.of(
            latest.slow()
                + " of "
                + latest.stored()
                + " took longer than a second in the last "
                + WINDOW.toSeconds()
                + " s")
        : Optional.empty();
  }
}
