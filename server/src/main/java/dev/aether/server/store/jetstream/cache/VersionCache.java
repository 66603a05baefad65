package dev.aether.server.store.jetstream.cache;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The last known tip of the actors lately used on this node, by subject (which carries the
 * namespace's incarnation). A hint that spares a round trip: JetStream decides, so a stale entry
 * costs time and never truth. Bounded; the least recently used leaves first. For any number of
 * threads.
 */
public final class VersionCache {
  /** Each is its own key. */
  private final Map<PackedHead, PackedHead> tips;

  public VersionCache(int maxActors) {
    tips =
        new LinkedHashMap<>(1024, 0.75f, true) {
          private static final long serialVersionUID = 1;

          @Override
          protected boolean removeEldestEntry(Map.Entry<PackedHead, PackedHead> eldest) {
            return size() > maxActors;
          }
        };
  }

  public Optional<ActorHead> get(String subject) {
    PackedHead key = PackedHead.of(subject, ActorHead.NONE);
    synchronized (this) {
      return Optional.ofNullable(tips.get(key)).map(PackedHead::tip);
    }
  }

  /** Learns a tip; an older one than is known changes nothing. */
  public void update(String subject, ActorHead tip) {
    update(PackedHead.of(subject, tip), true);
  }

  /**
   * Learns of a commit that any node stored, if the actor is known here: what nobody asks for takes
   * no room.
   */
  public void updateKnown(String subject, ActorHead tip) {
    update(PackedHead.of(subject, tip), false);
  }

  private synchronized void update(PackedHead tip, boolean orAdd) {
    PackedHead known = tips.get(tip);
    if (known != null) {
      known.replaceIfOlderThan(tip);
    } else if (orAdd) {
      tips.put(tip, tip);
    }
  }

  /** Forgets a tip of which the leader knows nothing (any more). */
  public synchronized void forget(String subject, ActorHead tip) {
    PackedHead key = PackedHead.of(subject, tip);
    PackedHead known = tips.get(key);
    if (known != null && known.tip().equals(tip)) {
      tips.remove(key);
    }
  }

  /** Forgets all: the store may have lost what is known here. */
  public synchronized void clear() {
    tips.clear();
  }

  synchronized int size() {
    return tips.size();
  }
}
