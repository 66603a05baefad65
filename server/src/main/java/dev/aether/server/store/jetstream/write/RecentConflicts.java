package dev.aether.server.store.jetstream.write;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Subjects to which another node wrote a moment ago. A publish to such a subject may well be
 * refused again, and would spoil the batch that it is in. Bounded. Thread-safe.
 */
final class RecentConflicts {
  private static final int MAX_SUBJECTS = 4096;
  private static final Duration REMEMBERED_FOR = Duration.ofSeconds(5);

  /** Subjects, with the {@link System#nanoTime} of their latest conflict. The oldest come first. */
  private final Map<String, Long> latest = new LinkedHashMap<>();

  /** Spares the lock in the common case. */
  private volatile boolean isEmpty = true;

  synchronized void add(String subject) {
    latest.remove(subject);
    latest.put(subject, System.nanoTime());
    forget(MAX_SUBJECTS);
    isEmpty = latest.isEmpty();
  }

  boolean contains(String subject) {
    return !isEmpty && isRemembered(subject);
  }

  private synchronized boolean isRemembered(String subject) {
    forget(MAX_SUBJECTS);
    isEmpty = latest.isEmpty();
    return latest.containsKey(subject);
  }

  /** Removes the oldest: those whose time is over, and those beyond a number. */
  private void forget(int beyond) {
    long now = System.nanoTime();
    var oldest = latest.values().iterator();
    while (oldest.hasNext()) {
      long at = oldest.next();
      if (now - at < REMEMBERED_FOR.toNanos() && latest.size() <= beyond) {
        return;
      }
      oldest.remove();
    }
  }
}
