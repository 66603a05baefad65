package dev.aether.server.ops;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Judges whether saves are slow. They are no longer only after they were not for some time:
 * otherwise saves that are about as slow as that would begin and end it every few seconds. Not
 * thread-safe.
 */
final class SaveWatch {
  /** What is judged together. */
  static final Duration WINDOW = Duration.ofSeconds(10);

  /** How long saves must not have been slow until that is over. */
  static final Duration OVER_AFTER = Duration.ofSeconds(30);

  /** Fewer are an accident. */
  private static final int FEW = 3;

  /** Saves are slow if more than one of this many takes long: the 99th percentile. */
  private static final int PERCENT = 100;

  /** As many as the looks within the window. */
  private final Deque<Counted> looks = new ArrayDeque<>();

  private SaveCounts latest = SaveCounts.NONE;
  private boolean isSlow;

  /** When they were slow the last time, as {@link System#nanoTime}. Only while {@code isSlow}. */
  private long slowAt;

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
    if (areSlow()) {
      isSlow = true;
      slowAt = now;
    } else if (isSlow && now - slowAt >= OVER_AFTER.toNanos()) {
      isSlow = false;
    }
  }

  private boolean areSlow() {
    return latest.slow() >= FEW && latest.slow() * PERCENT > latest.stored();
  }

  /** Why saves are slow; empty if they are not. */
  Optional<String> whySlow() {
    if (!isSlow) {
      return Optional.empty();
    }
    String counts =
        latest.slow()
            + " of "
            + latest.stored()
            + " took longer than a second in the last "
            + WINDOW.toSeconds()
            + " s";
    return Optional.of(areSlow() ? counts : counts + ", and more did shortly before");
  }
}
