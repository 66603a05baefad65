package dev.aether.client.actor;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The states of the actors used last, so many at most. What it says may be old: then the save on it
 * conflicts, and is decided again. For any number of threads.
 */
final class StateCache<S> {
  private final int maxActors;
  private final Map<String, Loaded<S>> states;

  /** 0 actors: remembers nothing. */
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

  /** One for as many actors, of another namespace. */
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
