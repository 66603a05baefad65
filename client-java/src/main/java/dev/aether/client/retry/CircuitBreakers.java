package dev.aether.client.retry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A {@link CircuitBreaker} for each group of actors, so that one contended group does not stop the
 * others. Holds up to {@value #MAX_GROUPS} of them; beyond that, the one not used for longest is
 * forgotten, which is as if it closed. For any number of threads.
 */
public final class CircuitBreakers {
  /** Groups that are held. */
  public static final int MAX_GROUPS = 10_000;

  private final UnaryOperator<String> groupOf;
  private final CircuitBreakerOptions options;

  /** Under its own lock; in the order of use. */
  private final Map<String, CircuitBreaker> groups =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, CircuitBreaker> eldest) {
          return size() > MAX_GROUPS;
        }
      };

  /**
   * No breakers yet.
   *
   * @param groupOf the group of an actor id; identity: each actor is a group
   */
  public CircuitBreakers(UnaryOperator<String> groupOf, CircuitBreakerOptions options) {
    this.groupOf = groupOf;
    this.options = options;
  }

  /** The breaker of an actor's group. */
  public CircuitBreaker of(String actorId) {
    String group = groupOf.apply(actorId);
    synchronized (groups) {
      return groups.computeIfAbsent(group, made -> new CircuitBreaker(options));
    }
  }

  /**
   * As {@link CircuitBreaker#around}, with the breaker of the group of whichever actor is saved.
   */
  public RetryPolicy around(RetryPolicy policy) {
    return actorId -> of(actorId).session(policy, actorId);
  }
}
