package dev.aether.server.store.jetstream.cache;

import dev.aether.server.event.Limits;

/**
 * The ids of an actor's latest commits, of all after a certain one. They are kept in two parts:
 * when all of the older part are too old to count it is dropped, and the younger one becomes the
 * older. Not thread-safe: guarded by the {@link RecentCommits} that holds it.
 */
final class CommitIds {
  /** The sequence after which it knows all commits; nothing up to there counts. */
  private long after;

  /** How many commits the actor has up to there. */
  private long afterNumber;

  private LongHashSet older = new LongHashSet();

  /** Where the younger part begins, as above. */
  private long middle;

  private long middleNumber;
  private LongHashSet younger = new LongHashSet();

  /** The last commit that it knows. */
  private long to;

  private long toNumber;

  /** Whether repeats are asked for, to which the latest commits count however old they are. */
  private boolean keepsLatest;

  /** When it was last of use, as {@link System#nanoTime}. */
  long usedAt;

  CommitIds(long after, long afterNumber) {
    this.after = after;
    this.afterNumber = afterNumber;
    middle = after;
    middleNumber = afterNumber;
    to = after;
    toNumber = afterNumber;
  }

  /** Keeps as much as another one. */
  void keepAs(CommitIds other) {
    keepsLatest = other.keepsLatest;
  }

  long after() {
    return after;
  }

  long to() {
    return to;
  }

  /** Whether it knows the actor's latest commits that repeats are looked for among. */
  boolean servesRepeats(long commits) {
    keepsLatest = true;
    return afterNumber <= Math.max(0, commits - Limits.REPEATS_AMONG_COMMITS);
  }

  /** False is certain. */
  boolean mayHave(long idHash) {
    return younger.has(idHash) || older.has(idHash);
  }

  /** Takes up a commit if it is the next one. */
  void follow(RecentCommits.Seen commit, long tooOld) {
    if (commit.previous() == to && commit.sequence() > to) {
      add(commit, tooOld);
    }
  }

  /** Takes up a commit, which must be the next one. */
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
