package dev.aether.client.retry;

import java.util.Optional;

/**
 * Provides the version on which an attempt is based. It is called before each attempt, after the
 * delay if there is one, so it may read the version again. An exception that it throws ends the
 * save and is passed to the caller.
 */
@FunctionalInterface
public interface VersionSource {
  /**
   * Returns the actor's latest known version; 0 if it has no events.
   *
   * @param conflict how the previous attempt failed; empty for the first attempt
   */
  long latest(Optional<Conflict> conflict);
}
