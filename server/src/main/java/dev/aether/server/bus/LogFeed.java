package dev.aether.server.bus;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one log for all its subscribers on this node: a tail of the store, and a ring of the
 * latest records from which they read. A subscriber whose position is no longer in the ring reads
 * from the store. A feed closes if it turns out that the store has lost commits that the feed
 * received, since they may still be in the ring. Thread-safe.
 */
final class LogFeed {
  private static final Logger LOG = LoggerFactory.getLogger(LogFeed.class);

  /**
   * How many uncertain probes in a row must report a head before {@link #to} until that counts as a
   * loss. Fewer may come from a leader that was deposed without noticing.
   */
  static final int UNCERTAIN_PROBES_OF_A_LOSS = 5;

  private final LogId log;
  private final CommitLog commits;
  private final LossCheck lossCheck;
  private final RingBudget budget;
  private final Set<Runnable> followers = ConcurrentHashMap.newKeySet();

  /** Guarded by this, like the fields below. */
  private final CommitRing ring;

  private CommitLog.@Nullable Tail tail;
  private long receivedAt = System.nanoTime();
  private long probedAt = System.nanoTime();
  private boolean closed;
  private boolean lost;

  /** The number of probes in a row that reported a head before {@link #to}. */
  private int probesBelow;

  /** The tail's position if it was behind the log's head at the last probe; else -1. */
  private long behindAt = -1;

  /**
   * @param after the mark after which the feed begins
   */
  LogFeed(LogId log, CommitLog commits, RingBudget budget, Mark after) {
    this.log = log;
    this.commits = commits;
    this.lossCheck = new LossCheck(commits);
    this.budget = budget;
    this.ring = new CommitRing(after);
  }

  LogId log() {
    return log;
  }

  /** Starts to follow the log. Call it once, first. */
  void start() {
    startTail(to());
  }

  private void startTail(Mark after) {
    CommitLog.Tail begun = commits.tail(log, after, new Listener());
    synchronized (this) {
      if (!closed) {
        tail = begun;
        return;
      }
    }
    begun.close();
  }

  private final class Listener implements CommitLog.TailListener {
    @Override
    public void onEntry(LogEntry entry) {
      SharedCommit shared = new SharedCommit(entry);
      synchronized (LogFeed.this) {
        if (closed || shared.position() <= ring.to().position()) {
          return;
        }
        ring.add(shared);
        receivedAt = System.nanoTime();
      }
      budget.added(LogFeed.this, shared.bytes());
      followers.forEach(Runnable::run);
    }

    @Override
    public void onLost() {
      lose("another commit is at the position of the last one received");
    }
  }

  /** Closes the feed because the store has lost commits that it received; wakes the followers. */
  void lose(String why) {
    synchronized (this) {
      if (lost || closed) {
        return;
      }
      lost = true;
    }
    LOG.error(
        "{} has lost commits that this node had received, up to position {}: {}",
        log,
        to().position(),
        why);
    close();
    followers.forEach(Runnable::run);
  }

  /** Whether the feed has closed because the store lost commits. */
  synchronized boolean isLost() {
    return lost;
  }

  /** Evicts the oldest record of the ring. Returns its size in bytes; 0 if the ring is empty. */
  synchronized int evictOldest() {
    return ring.evictOldest();
  }

  /** The latest record that was received. */
  synchronized Mark to() {
    return ring.to();
  }

  /**
   * The records after one: about {@code maxBytes}, but at least one if there is any.
   *
   * @return empty if the ring no longer has them: then they must be read from the store
   */
  Optional<List<SharedCommit>> after(Mark mark, int maxBytes) {
    synchronized (this) {
      if (!ring.contradicts(mark)) {
        return ring.after(mark.position(), maxBytes);
      }
    }
    lose("a subscriber has handled another commit at position " + mark.position());
    return Optional.of(List.of());
  }

  /**
   * Has a follower called after each new record.
   *
   * @param follower must not block
   */
  void follow(Runnable follower) {
    followers.add(follower);
  }

  void unfollow(Runnable follower) {
    followers.remove(follower);
  }

  /**
   * Asks the leader for the log's head. A tail that makes no progress towards it is restarted, and
   * a head before the latest record means that the store has lost commits.
   */
  void probe() {
    Mark received;
    synchronized (this) {
      probedAt = System.nanoTime();
      received = ring.to();
    }
    commits
        .extent(log)
        .whenComplete(
            (extent, thrown) -> {
              if (thrown == null) {
                probed(received, extent);
              }
            });
  }

  /** The time since the leader was last asked. */
  synchronized Duration sinceProbe() {
    return Duration.ofNanos(System.nanoTime() - probedAt);
  }

  /**
   * @param received the latest record when the leader was asked
   */
  private void probed(Mark received, CommitLog.Extent extent) {
    long end = extent.head().position();
    if (isHeadLost(received, extent)) {
      lose("it ends at " + end);
      return;
    }
    if (extent.head().contradicts(received)) {
      check(received, extent);
    }
    restartIfStuck(end);
  }

  private synchronized boolean isHeadLost(Mark received, CommitLog.Extent extent) {
    receivedAt = System.nanoTime();
    probesBelow = extent.head().position() < received.position() ? probesBelow + 1 : 0;
    return probesBelow >= (extent.certain() ? 1 : UNCERTAIN_PROBES_OF_A_LOSS);
  }

  /**
   * Restarts a tail that is behind the log's head and at the same position as at the last probe.
   */
  private void restartIfStuck(long end) {
    CommitLog.Tail stuck;
    Mark at;
    synchronized (this) {
      at = ring.to();
      boolean behind = end > at.position();
      boolean isStuck = behind && behindAt == at.position();
      behindAt = behind && !isStuck ? at.position() : -1;
      stuck = isStuck ? tail : null;
    }
    if (stuck != null) {
      LOG.warn(
          "the consumer of {} is stuck at {}, before {}: restarting it", log, at.position(), end);
      stuck.close();
      startTail(at);
    }
  }

  /**
   * Closes the feed if the log does not have a record that was received.
   *
   * @param extent the log's extent, requested after the record was received
   * @return the log's latest known extent
   */
  CompletableFuture<CommitLog.Extent> check(Mark received, CommitLog.Extent extent) {
    return lossCheck
        .find(log, received, extent)
        .thenApply(
            found -> {
              if (found.lost()) {
                lose("the log does not have the last commit received");
              }
              return found.extent();
            });
  }

  /** The time since the store last responded for this log, through the tail or to a probe. */
  Duration silence() {
    CommitLog.Tail following;
    Duration silence;
    synchronized (this) {
      following = tail;
      silence = Duration.ofNanos(System.nanoTime() - receivedAt);
    }
    // Not under the lock: the tail calls onEntry under its own lock.
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
    budget.closed(this);
  }
}
