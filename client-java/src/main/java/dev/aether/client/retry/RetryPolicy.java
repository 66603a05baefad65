package dev.aether.client.retry;

/**
 * Decides what to do after a conflict. Safe for use by many threads; the state of one save is in
 * its {@link RetrySession}.
 */
@FunctionalInterface
public interface RetryPolicy {
  /**
   * Starts the session of one save, before its first attempt.
   *
   * @throws RetryException if the save must not be attempted
   */
  RetrySession begin(String actorId);
}
