package dev.aether.client.retry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A {@link CircuitBreaker} for each group of actors: one contended group does not stop the others.
 * It keeps up to {@value #MAX_GROUPS} breakers; beyond that, the least recently used one is
 * dropped, which has the same effect as closing it. Safe for use by many threads.
 */
public final class CircuitBreakers {
  /** Maximum number of groups. */
  public static final int MAX_GROUPS = 10_000;

  private final UnaryOperator<String> groupOf;
  private final CircuitBreakerOptions options;

  /** Guarded by itself; in the order of use. */
  private final Map<String, CircuitBreaker> groups =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, CircuitBreaker> eldest) {
          return size() > MAX_GROUPS;
        }
      };

  /**
   * Creates breakers on demand.
   *
   * @param groupOf returns the group of an actor id; with the identity, each actor is a group
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

  /** Same as {@link CircuitBreaker#around}, with the breaker of the group of the saved actor. */
  public RetryPolicy around(RetryPolicy policy) {
    return actorId -> of(actorId).session(policy, actorId);
  }
}
