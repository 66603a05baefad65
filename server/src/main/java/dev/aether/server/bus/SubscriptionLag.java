package dev.aether.server.bus;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many commits subscriptions are behind what this node has received. A subscription reports its
 * own lag at each tick, and only of namespaces in which it is behind.
 */
final class SubscriptionLag {
  /** The namespaces that one subscription reports. */
  static final int MAX_OF_ONE = 20;

  /** The namespaces that are reported for all subscriptions of a node. */
  static final int MAX_NAMESPACES = 50;

  private SubscriptionLag() {}

  /** What a subscription reports: commits by the name of the namespace. */
  static Map<String, Long> of(Collection<LogProgress> logs) {
    Map<String, Long> lag = new HashMap<>();
    for (LogProgress log : logs) {
      long behind = log.behind();
      if (behind > 0 && (lag.size() < MAX_OF_ONE || lag.containsKey(log.id().namespace().name()))) {
        lag.merge(log.id().namespace().name(), behind, Long::sum);
      }
    }
    return lag.isEmpty() ? Map.of() : lag;
  }

  /** The namespaces whose slowest subscriptions are furthest behind. */
  static Map<String, Long> largest(Collection<SubscriptionLoop> subscriptions) {
    Map<String, Long> all = new HashMap<>();
    subscriptions.forEach(
        subscription ->
            subscription
                .lag()
                .forEach((namespace, behind) -> all.merge(namespace, behind, Math::max)));
    Map<String, Long> largest = new LinkedHashMap<>();
    all.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(MAX_NAMESPACES)
        .forEach(entry -> largest.put(entry.getKey(), entry.getValue()));
    return largest;
  }

  /** How far the slowest subscription is behind in one namespace. */
  static long max(Collection<SubscriptionLoop> subscriptions) {
    return subscriptions.stream()
        .flatMap(subscription -> subscription.lag().values().stream())
        .mapToLong(Long::longValue)
        .max()
        .orElse(0);
  }
}
