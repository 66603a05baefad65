package dev.aether.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which commits of an actor may be trimmed. An actor's newest commit never is.
 *
 * @param keepEvents keep at least so many of the newest events, not negative; 0: no such rule
 * @param keepAge keep what is younger; null: no such rule
 */
public record HistoryRules(long keepEvents, @Nullable Duration keepAge) {
  /** Checks the numbers. */
  public HistoryRules {
    if (keepEvents < 0 || keepAge != null && keepAge.isNegative()) {
      throw new IllegalArgumentException("keepEvents and keepAge can't be negative");
    }
  }
}
