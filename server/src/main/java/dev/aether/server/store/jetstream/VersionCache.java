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
  /** Each is its own key. */
  private final Map<PackedTip, PackedTip> tips;

  VersionCache(int maxActors) {
    tips =
        new LinkedHashMap<>(1024, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<PackedTip, PackedTip> eldest) {
            return size() > maxActors;
          }
        };
  }

  Optional<ActorTip> get(String subject) {
    PackedTip key = PackedTip.of(subject, ActorTip.NONE);
    synchronized (this) {
      return Optional.ofNullable(tips.get(key)).map(PackedTip::tip);
    }
  }

  /** Learns a tip; an older one than is known changes nothing. */
  void update(String subject, ActorTip tip) {
    update(PackedTip.of(subject, tip), true);
  }

  /**
   * Learns of a commit that any node stored, if the actor is known here: what nobody asks for takes
   * no room.
   */
  void updateKnown(String subject, ActorTip tip) {
    update(PackedTip.of(subject, tip), false);
  }

  private synchronized void update(PackedTip tip, boolean orAdd) {
    PackedTip known = tips.get(tip);
    if (known != null) {
      known.replaceIfOlderThan(tip);
    } else if (orAdd) {
      tips.put(tip, tip);
    }
  }

  /** Forgets a tip of which the leader knows nothing (any more). */
  synchronized void forget(String subject, ActorTip tip) {
    PackedTip key = PackedTip.of(subject, tip);
    PackedTip known = tips.get(key);
    if (known != null && known.tip().equals(tip)) {
      tips.remove(key);
    }
  }

  /** Forgets all: the store may have lost what is known here. */
  synchronized void clear() {
    tips.clear();
  }

  synchronized int size() {
    return tips.size();
  }
}
