package dev.aether.server.store.jetstream.cache;

import dev.aether.server.event.CommitId;
import dev.aether.server.store.jetstream.format.CommitHeader;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Knows the ids of actors' recent commits, as long as this node has seen all of them. If a save's
 * own repeat was stored before it, by any node, the save is recognised as a duplicate without a
 * read. An actor with a single recent commit needs no entry, since its head has that commit's id.
 * Memory is bounded: the least recently used actor is evicted first, and its recent commits are
 * read again when needed. Thread-safe.
 */
public final class RecentCommits {
  /** The memory of an actor in addition to its subject and its tables, as measured by a test. */
  private static final int ACTOR_BYTES = 320;

  /** An actor without saves for this long has no recent commits. */
  private static final long IDLE_NANOS = 2 * CommitAges.WINDOW.toNanos();

  private final long maxBytes;
  private final Map<String, CommitIds> actors = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * @param maxBytes the approximate memory limit
   */
  public RecentCommits(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Whether a save may have been stored before. */
  public sealed interface Answer {
    /** It was not stored. */
    record NotStored() implements Answer {}

    /** It may have been stored: the actor's commits after a sequence must be read. */
    record MaybeAfter(long sequence) implements Answer {}

    /**
     * It may have been stored, and it is not known from which sequence the commits must be read.
     */
    record Maybe() implements Answer {}
  }

  /**
   * A commit of an actor.
   *
   * @param number its number in the actor's history, from 1
   * @param previous sequence of the actor's previous commit; 0: it is the first
   */
  public record Seen(long number, long sequence, long previous, long idHash) {
    public static Seen of(CommitHeader header, long sequence) {
      return new Seen(
          header.number(), sequence, header.previous(), ActorHead.idHash(header.commitId()));
    }

    public static Seen of(ActorHead head) {
      return new Seen(
          head.through().count(), head.sequence(), head.previous(), head.commitIdHash());
    }
  }

  /**
   * Checks whether a save that would follow a head was already stored.
   *
   * @param tooOld commits up to this sequence are ignored
   * @param retry whether the actor's latest commits matter regardless of their age
   */
  public synchronized Answer ask(
      String subject, ActorHead head, CommitId commitId, long tooOld, boolean retry) {
    if (head.sequence() == 0) {
      return new Answer.NotStored();
    }
    if (!retry && head.sequence() <= tooOld) {
      forget(subject);
      return new Answer.NotStored();
    }
    CommitIds ids = touch(subject);
    if (ids == null) {
      boolean isOnlyOne = head.previous() == 0 || (!retry && head.previous() <= tooOld);
      if (!isOnlyOne) {
        return new Answer.Maybe();
      }
      return head.mayHaveId(commitId)
          ? new Answer.MaybeAfter(head.previous())
          : new Answer.NotStored();
    }
    change(ids, subject, () -> ids.follow(Seen.of(head), tooOld));
    if (ids.to() > head.sequence() || (retry && !ids.coversRepeats(head.through().count()))) {
      return new Answer.Maybe();
    }
    if (ids.mayHave(ActorHead.idHash(commitId.value()))) {
      return new Answer.MaybeAfter(ids.after());
    }
    return ids.to() < head.sequence() ? new Answer.MaybeAfter(ids.to()) : new Answer.NotStored();
  }

  /**
   * Records a save that was stored after a head, if all recent commits before it were known.
   *
   * @param tooOld as for {@link #ask}
   */
  public synchronized void onStored(String subject, ActorHead head, Seen commit, long tooOld) {
    CommitIds ids = touch(subject);
    if (ids != null) {
      change(ids, subject, () -> ids.follow(commit, tooOld));
    } else if (head.sequence() > tooOld && head.previous() <= tooOld) {
      // Now there are two recent commits.
      CommitIds started = start(subject, head.previous(), head.through().count() - 1);
      change(
          started,
          subject,
          () -> {
            started.add(Seen.of(head), tooOld);
            started.follow(commit, tooOld);
          });
    }
  }

  /** Records any commit of an actor. */
  public synchronized void onCommit(String subject, Seen commit, long tooOld) {
    CommitIds ids = touch(subject);
    if (ids != null) {
      change(ids, subject, () -> ids.follow(commit, tooOld));
    }
  }

  /**
   * Records commits that were read: all commits of the actor after a sequence, up to the last of
   * them.
   *
   * @param isBeginning whether all commits up to that sequence can be ignored
   */
  public synchronized void onRead(
      String subject, long after, boolean isBeginning, List<Seen> commits, long tooOld) {
    if (commits.isEmpty()) {
      return;
    }
    Seen first = commits.get(0);
    CommitIds ids = touch(subject);
    boolean continues = ids != null && (ids.to() >= after || ids.to() == first.previous());
    if (isBeginning && (ids == null || !continues || after < ids.after())) {
      CommitIds started = start(subject, after, first.number() - 1);
      if (ids != null) {
        started.retainAs(ids);
      }
      ids = started;
    } else if (ids == null || !continues) {
      return;
    }
    CommitIds extended = ids;
    change(
        extended,
        subject,
        () ->
            commits.stream()
                .filter(commit -> commit.sequence() > extended.to())
                .forEach(commit -> extended.add(commit, tooOld)));
  }

  /** Forgets an actor, whose state may have changed. */
  public synchronized void forget(String subject) {
    CommitIds ids = actors.remove(subject);
    if (ids != null) {
      bytes -= bytes(subject, ids);
    }
  }

  /** Forgets all actors, whose state may have changed. */
  public synchronized void forgetAll() {
    actors.clear();
    bytes = 0;
  }

  /** The approximate memory in use. */
  long maxBytes() {
    return maxBytes;
  }

  synchronized long bytes() {
    return bytes;
  }

  synchronized int actors() {
    return actors.size();
  }

  private @Nullable CommitIds touch(String subject) {
    CommitIds ids = actors.get(subject);
    if (ids != null) {
      ids.usedAt = System.nanoTime();
    }
    return ids;
  }

  private CommitIds start(String subject, long after, long afterNumber) {
    forget(subject);
    CommitIds ids = new CommitIds(after, afterNumber);
    ids.usedAt = System.nanoTime();
    actors.put(subject, ids);
    bytes += bytes(subject, ids);
    trim();
    return ids;
  }

  /** Changes an entry and enforces the memory limit. */
  private void change(CommitIds ids, String subject, Runnable change) {
    long before = bytes(subject, ids);
    change.run();
    long grownBy = bytes(subject, ids) - before;
    bytes += grownBy;
    if (grownBy > 0) {
      trim();
    }
  }

  private void trim() {
    long idleSince = System.nanoTime() - IDLE_NANOS;
    Iterator<Map.Entry<String, CommitIds>> leastUsedFirst = actors.entrySet().iterator();
    while (leastUsedFirst.hasNext()) {
      Map.Entry<String, CommitIds> least = leastUsedFirst.next();
      if (bytes <= maxBytes && least.getValue().usedAt - idleSince > 0) {
        return;
      }
      bytes -= bytes(least.getKey(), least.getValue());
      leastUsedFirst.remove();
    }
  }

  private static long bytes(String subject, CommitIds ids) {
    return ACTOR_BYTES + subject.length() + ids.tableBytes();
  }
}
