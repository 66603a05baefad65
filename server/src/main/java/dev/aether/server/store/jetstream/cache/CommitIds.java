package dev.aether.server.store.jetstream.cache;

import dev.aether.server.event.Limits;

/**
 * The ids of all commits of an actor after a certain one. They are kept in two generations: when
 * the whole older generation is too old to matter, it is dropped, and the younger one takes its
 * place. Not thread-safe: guarded by the {@link RecentCommits} that contains it.
 */
final class CommitIds {
  /** All commits after this sequence are known; none at or before it matters. */
  private long after;

  /** How many commits the actor has up to {@link #after}. */
  private long afterNumber;

  private LongHashSet older = new LongHashSet();

  /** The sequence after which the younger generation begins. */
  private long middle;

  private long middleNumber;
  private LongHashSet younger = new LongHashSet();

  /** The last known commit. */
  private long to;

  private long toNumber;

  /**
   * Whether repeats are looked up. For those, the latest commits matter regardless of their age.
   */
  private boolean keepsLatest;

  /** When this was last used, as {@link System#nanoTime}. */
  long usedAt;

  CommitIds(long after, long afterNumber) {
    this.after = after;
    this.afterNumber = afterNumber;
    middle = after;
    middleNumber = afterNumber;
    to = after;
    toNumber = afterNumber;
  }

  /** Retains as many commits as another instance. */
  void retainAs(CommitIds other) {
    keepsLatest = other.keepsLatest;
  }

  long after() {
    return after;
  }

  long to() {
    return to;
  }

  /** Whether this has all the commits among which a repeat is looked for. */
  boolean coversRepeats(long commits) {
    keepsLatest = true;
    return afterNumber <= Math.max(0, commits - Limits.REPEATS_AMONG_COMMITS);
  }

  /** Whether the id may be known; false is certain. */
  boolean mayHave(long idHash) {
    return younger.contains(idHash) || older.contains(idHash);
  }

  /** Adds a commit if it is the next one. */
  void follow(RecentCommits.Seen commit, long tooOld) {
    if (commit.previous() == to && commit.sequence() > to) {
      add(commit, tooOld);
    }
  }

  /** Adds a commit, which must be the next one. */
  void add(RecentCommits.Seen commit, long tooOld) {
    boolean mayDrop = !keepsLatest || commit.number() - middleNumber > Limits.REPEATS_AMONG_COMMITS;
    if (middle <= tooOld && to > middle && mayDrop) {
      after = middle;
      afterNumber = middleNumber;
      older = younger;
      middle = to;
      middleNumber = toNumber;
      younger = new LongHashSet();
    }
    younger.add(commit.idHash());
    to = commit.sequence();
    toNumber = commit.number();
  }

  long tableBytes() {
    return older.bytes() + younger.bytes();
  }
}
