package dev.aether.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which commits of an actor may be trimmed. An actor's newest commit is never trimmed.
 *
 * @param keepEvents number of the newest events that are always kept, not negative; 0 for no such
 *     rule
 * @param keepAge events younger than this are kept; null for no such rule
 */
public record HistoryRules(long keepEvents, @Nullable Duration keepAge) {
  /** Checks the numbers. */
  public HistoryRules {
    if (keepEvents < 0 || keepAge != null && keepAge.isNegative()) {
      throw new IllegalArgumentException("keepEvents and keepAge must not be negative");
    }
  }
}
