package dev.aether.server.store.jetstream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The last known tip of the actors lately used on this node, by subject (which carries the
 * namespace's incarnation). A hint that spares a round trip: JetStream decides, so a stale entry
 * costs time and never truth. Bounded; the least recently used leaves first. For any number of
 * threads.
 */
final class VersionCache {
  private final Map<String, ActorTip> tips;

  VersionCache(int maxActors) {
    tips =
        new LinkedHashMap<>(1024, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, ActorTip> eldest) {
            return size() > maxActors;
          }
        };
  }

  synchronized Optional<ActorTip> get(String subject) {
    return Optional.ofNullable(tips.get(subject));
  }

  /** Learns a tip; an older one than is known changes nothing. */
  synchronized void update(String subject, ActorTip tip) {
    ActorTip known = tips.get(subject);
    if (known == null || known.sequence() < tip.sequence()) {
      tips.put(subject, tip);
    }
  }

  /**
   * Learns of a commit that any node stored, if the actor is known here: what nobody asks for takes
   * no room.
   */
  synchronized void updateKnown(String subject, ActorTip tip) {
    if (tips.containsKey(subject)) {
      update(subject, tip);
    }
  }

  /** Forgets a tip of which the leader knows nothing (any more). */
  synchronized void forget(String subject, ActorTip tip) {
    tips.remove(subject, tip);
  }

  synchronized int size() {
    return tips.size();
  }
}
