package dev.aether.client.retry;

import java.util.Optional;

/**
 * Says on which version of the actor an attempt builds. Asked before each attempt, after the pause
 * if there is one, so that it may look anew. What it throws ends the save and reaches the caller.
 */
@FunctionalInterface
public interface VersionSource {
  /**
   * The actor's latest version as far as is known; 0: it has no events.
   *
   * @param conflict how the attempt before ended; empty for the first
   */
  long latest(Optional<Conflict> conflict);
}
