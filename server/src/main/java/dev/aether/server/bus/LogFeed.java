package dev.aether.server.bus;

import dev.aether.server.event.LogId;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node hears of one log: a tail of the store, and a ring of the latest records from which
 * any number of subscribers read. Who falls behind the ring reads from the store. For any number of
 * threads.
 */
final class LogFeed {
  private static final Logger LOG = LoggerFactory.getLogger(LogFeed.class);

  /** Fewer may be the answers of a leader that was deposed and has not noticed yet. */
  static final int MAX_PROBES_BELOW = 5;

  private final LogId log;
  private final CommitLog commits;
  private final RingBudget budget;
  private final Set<Runnable> followers = new CopyOnWriteArraySet<>();

  /**
   * The ring, oldest first, as a queue in an array: what is before {@code head} has left. Guarded
   * by this.
   */
  private final List<@Nullable SharedCommit> ring = new ArrayList<>();

  private int head;

  /** The ring has all that there is after {@code from}, and up to {@code to}. */
  private long from;

  private long to;
  private CommitLog.@Nullable Tail tail;
  private long heardAt = System.nanoTime();
  private long probedAt = System.nanoTime();
  private boolean closed;

  /** How many probes, one after the other, said that the log ends before {@link #to}. */
  private int probesBelow;

  /** At the last probe the log's head was beyond the tail, which stood here; -1: it was not. */
  private long behindAt = -1;

  /**
   * @param after where the tail begins
   */
  LogFeed(LogId log, CommitLog commits, RingBudget budget, long after) {
    this.log = log;
    this.commits = commits;
    this.budget = budget;
    this.from = after;
    this.to = after;
  }

  LogId log() {
    return log;
  }

  /** Begins to follow. Once, before anything else. */
  void start() {
    begin(to());
  }

  private void begin(long after) {
    CommitLog.Tail begun = commits.tail(log, after, this::onEntry);
    synchronized (this) {
      if (!closed) {
        tail = begun;
        return;
      }
    }
    begun.close();
  }

  private void onEntry(LogEntry entry) {
    SharedCommit shared = new SharedCommit(entry);
    synchronized (this) {
      if (closed || shared.position() <= to) {
        return;
      }
      ring.add(shared);
      to = shared.position();
      heardAt = System.nanoTime();
    }
    budget.added(this, shared.bytes());
    followers.forEach(Runnable::run);
  }

  /** Drops the oldest record of the ring. Returns what it counted; 0 if there is none. */
  synchronized int evictOldest() {
    if (head == ring.size()) {
      return 0;
    }
    SharedCommit oldest = ring.set(head++, null);
    if (oldest == null) {
      throw new IllegalStateException("evicted twice");
    }
    from = oldest.position();
    if (head > ring.size() / 2) {
      ring.subList(0, head).clear();
      head = 0;
    }
    return oldest.bytes();
  }

  /** The position of the latest record that was heard. */
  synchronized long to() {
    return to;
  }

  /**
   * The records after a position, at least one if there is one and else about {@code maxBytes}.
   *
   * @return empty if the ring does not reach back so far: then they are to be read from the store
   */
  synchronized Optional<List<SharedCommit>> after(long position, int maxBytes) {
    if (position < from) {
      return Optional.empty();
    }
    List<SharedCommit> found = new ArrayList<>();
    int bytes = 0;
    for (int i = firstAfter(position); i < ring.size() && bytes < maxBytes; i++) {
      SharedCommit shared = ring.get(i);
      if (shared != null) {
        found.add(shared);
        bytes += shared.bytes();
      }
    }
    return Optional.of(found);
  }

  private int firstAfter(long position) {
    int low = head;
    int high = ring.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      SharedCommit shared = ring.get(middle);
      if (shared != null && shared.position() <= position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Is called after each new record, from a thread that it must not block. */
  void follow(Runnable follower) {
    followers.add(follower);
  }

  void unfollow(Runnable follower) {
    followers.remove(follower);
  }

  /**
   * Asks the store's leader where the log ends: a tail that is alive and stands still all the same
   * is begun anew, and a log that is gone is told of.
   */
  void probe() {
    synchronized (this) {
      probedAt = System.nanoTime();
    }
    commits
        .extent(log)
        .whenComplete(
            (extent, thrown) -> {
              if (thrown == null) {
                answered(extent.head());
              }
            });
  }

  /** How long ago the leader was last asked. */
  synchronized Duration sinceProbe() {
    return Duration.ofNanos(System.nanoTime() - probedAt);
  }

  /**
   * Whether the log ends before what was heard of it: the store has lost commits, and gives their
   * positions to others.
   */
  synchronized boolean hasGoneBack() {
    return probesBelow >= MAX_PROBES_BELOW;
  }

  private void answered(long end) {
    CommitLog.Tail stuck = null;
    long restartAt;
    synchronized (this) {
      heardAt = System.nanoTime();
      probesBelow = end < to ? probesBelow + 1 : 0;
      boolean behind = end > to;
      if (behind && behindAt == to) {
        stuck = tail;
        behindAt = -1;
      } else {
        behindAt = behind ? to : -1;
      }
      restartAt = to;
    }
    if (hasGoneBack()) {
      LOG.error("{} ends at {}, before {}, which was delivered", log, end, restartAt);
      followers.forEach(Runnable::run);
    }
    if (stuck != null) {
      LOG.warn("the tail of {} stands still at {} before {}: begun anew", log, restartAt, end);
      stuck.close();
      begin(restartAt);
    }
  }

  /** How long ago the store was last heard of this log: by the tail, or in answer to a probe. */
  Duration silence() {
    CommitLog.Tail following;
    Duration silence;
    synchronized (this) {
      following = tail;
      silence = Duration.ofNanos(System.nanoTime() - heardAt);
    }
    // Not under the lock: the tail calls onEntry under its own.
    Duration ofTail = following == null ? silence : following.silence();
    return ofTail.compareTo(silence) < 0 ? ofTail : silence;
  }

  void close() {
    CommitLog.Tail running;
    synchronized (this) {
      closed = true;
      running = tail;
      tail = null;
    }
    if (running != null) {
      running.close();
    }
    budget.ended(this);
  }
}
