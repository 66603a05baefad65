package dev.aether.client.retry;

/**
 * Says what follows on a conflict. For any number of threads; what belongs to one save is in its
 * {@link RetrySession}.
 */
@FunctionalInterface
public interface RetryPolicy {
  /**
   * The course of one save, from its first attempt.
   *
   * @throws RetryException if the save is not even to be tried
   */
  RetrySession begin(String actorId);
}
