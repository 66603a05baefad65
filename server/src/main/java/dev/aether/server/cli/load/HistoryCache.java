package dev.aether.server.cli.load;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A cache of the most recently used histories. An evicted history is read again, so the limit costs
 * only time. Used by one thread.
 */
final class HistoryCache {
  /** About 300 MB when full. An actor without events has weight 1. */
  static final int MAX_WEIGHT = KnownHistory.MAX_EVENTS;

  private final Map<ActorKey, KnownHistory> byActor = new LinkedHashMap<>(16, 0.75f, true);
  private final int maxWeight;
  private long weight;

  HistoryCache(int maxWeight) {
    this.maxWeight = maxWeight;
  }

  Optional<KnownHistory> get(ActorKey actor) {
    return Optional.ofNullable(byActor.get(actor));
  }

  void put(ActorKey actor, KnownHistory history) {
    forget(actor);
    byActor.put(actor, history);
    weight += history.weight();
    Iterator<KnownHistory> oldest = byActor.values().iterator();
    while (weight > maxWeight && byActor.size() > 1) {
      weight -= oldest.next().weight();
      oldest.remove();
    }
  }

  void forget(ActorKey actor) {
    @Nullable KnownHistory history = byActor.remove(actor);
    if (history != null) {
      weight -= history.weight();
    }
  }
}
