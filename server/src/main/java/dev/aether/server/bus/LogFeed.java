package dev.aether.server.bus;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.LogEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node hears of one log: a tail of the store, and a ring of the latest records from which
 * any number of subscribers read. Who falls behind the ring reads from the store. A feed ends when
 * it turns out that the store has lost commits that were heard: what is in its ring may be among
 * them. For any number of threads.
 */
final class LogFeed {
  private static final Logger LOG = LoggerFactory.getLogger(LogFeed.class);

  /** Fewer may be the answers of a leader that was deposed and has not noticed yet. */
  static final int MAX_UNCERTAIN_PROBES_BELOW = 5;

  private final LogId log;
  private final CommitLog commits;
  private final LossCheck lossCheck;
  private final RingBudget budget;
  private final Set<Runnable> followers = ConcurrentHashMap.newKeySet();

  /**
   * The ring, oldest first, as a queue in an array: what is before {@code head} has left. Guarded
   * by this.
   */
  private final List<@Nullable SharedCommit> ring = new ArrayList<>();

  private int head;

  /** The ring has all that there is after {@code from}, and up to {@code to}. */
  private Mark from;

  private Mark to;
  private CommitLog.@Nullable Tail tail;
  private long heardAt = System.nanoTime();
  private long probedAt = System.nanoTime();
  private boolean closed;
  private boolean lost;

  /** How many probes, one after the other, said that the log ends before {@link #to}. */
  private int probesBelow;

  /** At the last probe the log's head was beyond the tail, which stood here; -1: it was not. */
  private long behindAt = -1;

  /**
   * @param after where the tail begins
   */
  LogFeed(LogId log, CommitLog commits, RingBudget budget, Mark after) {
    this.log = log;
    this.commits = commits;
    this.lossCheck = new LossCheck(commits);
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

  private void begin(Mark after) {
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
        if (closed || shared.position() <= to.position()) {
          return;
        }
        ring.add(shared);
        to = shared.mark();
        heardAt = System.nanoTime();
      }
      budget.added(LogFeed.this, shared.bytes());
      followers.forEach(Runnable::run);
    }

    @Override
    public void onLost() {
      lose("another commit has the position of the last one heard");
    }
  }

  /** Ends it, since the store has lost commits that were heard; tells who follows. */
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

  /** Whether it has ended since the store has lost commits that were heard. */
  synchronized boolean isLost() {
    return lost;
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
    from = oldest.mark();
    if (head > ring.size() / 2) {
      ring.subList(0, head).clear();
      head = 0;
    }
    return oldest.bytes();
  }

  /** The latest record that was heard. */
  synchronized Mark to() {
    return to;
  }

  /**
   * The records after one, at least one if there is one and else about {@code maxBytes}.
   *
   * @return empty if the ring does not reach back so far: then they are to be read from the store
   */
  Optional<List<SharedCommit>> after(Mark mark, int maxBytes) {
    if (hasOtherThan(mark)) {
      lose("a subscriber has handled another commit at position " + mark.position());
      return Optional.of(List.of());
    }
    return after(mark.position(), maxBytes);
  }

  private synchronized boolean hasOtherThan(Mark mark) {
    int before = firstAfter(mark.position()) - 1;
    SharedCommit last = before < head ? null : ring.get(before);
    return last == null ? from.contradicts(mark) : last.mark().contradicts(mark);
  }

  private synchronized Optional<List<SharedCommit>> after(long position, int maxBytes) {
    if (position < from.position()) {
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
    Mark heard;
    synchronized (this) {
      probedAt = System.nanoTime();
      heard = to;
    }
    commits
        .extent(log)
        .whenComplete(
            (extent, thrown) -> {
              if (thrown == null) {
                answered(heard, extent);
              }
            });
  }

  /** How long ago the leader was last asked. */
  synchronized Duration sinceProbe() {
    return Duration.ofNanos(System.nanoTime() - probedAt);
  }

  /**
   * Compares what the leader said with what was heard.
   *
   * @param heard when the leader was asked
   */
  private void answered(Mark heard, CommitLog.Extent extent) {
    long end = extent.head().position();
    CommitLog.Tail stuck = null;
    Mark restartAt;
    boolean ended;
    synchronized (this) {
      heardAt = System.nanoTime();
      probesBelow = end < heard.position() ? probesBelow + 1 : 0;
      ended = probesBelow >= (extent.certain() ? 1 : MAX_UNCERTAIN_PROBES_BELOW);
      boolean behind = end > to.position();
      if (behind && behindAt == to.position()) {
        stuck = tail;
        behindAt = -1;
      } else {
        behindAt = behind ? to.position() : -1;
      }
      restartAt = to;
    }
    if (ended) {
      lose("it ends at " + end);
      return;
    }
    if (extent.head().contradicts(heard)) {
      check(heard, extent);
    }
    if (stuck != null) {
      LOG.warn(
          "the consumer of {} is stuck at {}, before {}: restarting it",
          log,
          restartAt.position(),
          end);
      stuck.close();
      begin(restartAt);
    }
  }

  /**
   * Ends the feed if the log does not have what was heard.
   *
   * @param heard of the log
   * @param extent asked for afterwards
   * @return what is known of the log in the end
   */
  CompletableFuture<CommitLog.Extent> check(Mark heard, CommitLog.Extent extent) {
    return lossCheck
        .find(log, heard, extent)
        .thenApply(
            found -> {
              if (found.lost()) {
                lose("asked for it, the log has not what was heard");
              }
              return found.extent();
            });
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
