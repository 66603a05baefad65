package dev.aether.server.store.jetstream.cache;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The last known heads of the actors recently used on this node, by subject (which includes the
 * namespace's incarnation). A hint that saves a round trip: JetStream decides, so a stale entry
 * costs time but never causes an error. Bounded; the least recently used entry is evicted first.
 * Thread-safe.
 */
public final class VersionCache {
  /** Each element is its own key. */
  private final Map<PackedHead, PackedHead> heads;

  private final int maxActors;

  /** Guarded by this, like {@link #misses}. */
  private long hits;

  private long misses;

  public VersionCache(int maxActors) {
    this.maxActors = maxActors;
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
      PackedHead known = heads.get(key);
      if (known == null) {
        misses++;
        return Optional.empty();
      }
      hits++;
      return Optional.of(known.head());
    }
  }

  /** Records a head, unless a newer one is known. */
  public void update(String subject, ActorHead head) {
    update(PackedHead.of(subject, head), true);
  }

  /**
   * Records a commit that any node stored, if the actor is in the cache. Actors that nobody uses on
   * this node take no memory.
   */
  public void updateKnown(String subject, ActorHead head) {
    update(PackedHead.of(subject, head), false);
  }

  private synchronized void update(PackedHead head, boolean orAdd) {
    PackedHead known = heads.get(head);
    if (known != null) {
      known.replaceUnlessNewerThan(head);
    } else if (orAdd) {
      heads.put(head, head);
    }
  }

  /** Forgets the head at a sequence, which the leader does not have. */
  public synchronized void forget(String subject, long sequence) {
    PackedHead key = PackedHead.of(subject, ActorHead.NONE);
    PackedHead known = heads.get(key);
    if (known != null && known.head().sequence() == sequence) {
      heads.remove(key);
    }
  }

  /** Forgets all heads, since the store may have lost them. */
  public synchronized void clear() {
    heads.clear();
  }

  int maxActors() {
    return maxActors;
  }

  synchronized long hits() {
    return hits;
  }

  synchronized long misses() {
    return misses;
  }

  synchronized int size() {
    return heads.size();
  }
}
