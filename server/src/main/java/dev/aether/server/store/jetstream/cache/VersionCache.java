package dev.aether.server.store.jetstream.cache;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The last known head of the actors lately used on this node, by subject (which carries the
 * namespace's incarnation). A hint that spares a round trip: JetStream decides, so a stale entry
 * costs time and never truth. Bounded; the least recently used leaves first. For any number of
 * threads.
 */
public final class VersionCache {
  /** Each is its own key. */
  private final Map<PackedHead, PackedHead> heads;

  public VersionCache(int maxActors) {
    heads =
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
      return Optional.ofNullable(heads.get(key)).map(PackedHead::head);
    }
  }

  /** Learns a head; an older one than is known changes nothing. */
  public void update(String subject, ActorHead head) {
    update(PackedHead.of(subject, head), true);
  }

  /**
   * Learns of a commit that any node stored, if the actor is known here: what nobody asks for takes
   * no room.
   */
  public void updateKnown(String subject, ActorHead head) {
    update(PackedHead.of(subject, head), false);
  }

  private synchronized void update(PackedHead head, boolean orAdd) {
    PackedHead known = heads.get(head);
    if (known != null) {
      known.replaceIfOlderThan(head);
    } else if (orAdd) {
      heads.put(head, head);
    }
  }

  /** Forgets a head, by its sequence, of which the leader knows nothing (any more). */
  public synchronized void forget(String subject, long sequence) {
    PackedHead key = PackedHead.of(subject, ActorHead.NONE);
    PackedHead known = heads.get(key);
    if (known != null && known.head().sequence() == sequence) {
      heads.remove(key);
    }
  }

  /** Forgets all: the store may have lost what is known here. */
  public synchronized void clear() {
    heads.clear();
  }

  synchronized int size() {
    return heads.size();
  }
}
