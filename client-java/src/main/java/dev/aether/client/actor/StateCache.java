package dev.aether.client.actor;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A bounded cache of the most recently used states. A state may be stale: then the save at its
 * version conflicts and is decided again. Safe for use by many threads.
 */
final class StateCache<S> {
  private final int maxActors;
  private final Map<String, Loaded<S>> states;

  /** Creates a cache; with 0 actors it stays empty. */
  StateCache(int maxActors) {
    this.maxActors = maxActors;
    states =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Loaded<S>> eldest) {
            return size() > maxActors;
          }
        };
  }

  /** Returns an empty cache of the same size, for another namespace. */
  StateCache<S> emptyLikeThis() {
    return new StateCache<>(maxActors);
  }

  synchronized @Nullable Loaded<S> get(String actorId) {
    return states.get(actorId);
  }

  synchronized void put(Loaded<S> actor) {
    states.put(actor.actorId(), actor);
  }

  synchronized void forget(String actorId) {
    states.remove(actorId);
  }
}
