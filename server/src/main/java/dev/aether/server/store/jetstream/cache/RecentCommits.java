package dev.aether.server.store.jetstream.cache;

import dev.aether.server.event.CommitId;
import dev.aether.server.store.jetstream.format.CommitHeader;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Knows the ids of actors' young commits, where this node has seen them all, so that a save whose
 * own repeat was stored before it, by any node, is recognised without a read. An actor with only
 * one young commit takes no room here, since its head has that commit's id. Bounded in bytes: the
 * least recently used actor leaves first, and its young commits are read when they are asked for
 * again. For any number of threads.
 */
public final class RecentCommits {
  /** What an actor takes beside its subject and its tables, as a test measures. */
  private static final int ACTOR_BYTES = 320;

  /** An actor that was not saved to for so long has no young commits. */
  private static final long IDLE_NANOS = 2 * CommitAges.WINDOW.toNanos();

  private final long maxBytes;
  private final Map<String, CommitIds> runs = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * @param maxBytes that all that is remembered may take, about
   */
  public RecentCommits(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** What is known of whether a save was stored before. */
  public sealed interface Answer {
    /** It was not. */
    record Not() implements Answer {}

    /** It may have been: the actor's commits after a sequence must be read. */
    record MaybeAfter(long sequence) implements Answer {}

    /** It may have been, and it is not known where the commits begin that must be read. */
    record Maybe() implements Answer {}
  }

  /**
   * A commit of an actor.
   *
   * @param number in the actor's history, from 1
   * @param previous sequence of the actor's commit before it; 0: it is the first
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
   * Whether a save that is to follow a head was stored already.
   *
   * @param tooOld commits up to this sequence don't count
   * @param retry whether the actor's latest commits count however old they are
   */
  public synchronized Answer ask(
      String subject, ActorHead head, CommitId commitId, long tooOld, boolean retry) {
    if (head.sequence() == 0) {
      return new Answer.Not();
    }
    if (!retry && head.sequence() <= tooOld) {
      forget(subject);
      return new Answer.Not();
    }
    CommitIds run = used(subject);
    if (run == null) {
      boolean isOnlyOne = head.previous() == 0 || (!retry && head.previous() <= tooOld);
      if (!isOnlyOne) {
        return new Answer.Maybe();
      }
      return head.mayBe(commitId) ? new Answer.MaybeAfter(head.previous()) : new Answer.Not();
    }
    changed(run, subject, () -> run.follow(Seen.of(head), tooOld));
    if (run.to() > head.sequence() || (retry && !run.servesRepeats(head.through().count()))) {
      return new Answer.Maybe();
    }
    if (run.mayHave(ActorHead.idHash(commitId.value()))) {
      return new Answer.MaybeAfter(run.after());
    }
    return run.to() < head.sequence() ? new Answer.MaybeAfter(run.to()) : new Answer.Not();
  }

  /**
   * A save was stored after a head of which all young commits were known.
   *
   * @param tooOld as for {@link #ask}
   */
  public synchronized void stored(String subject, ActorHead head, Seen commit, long tooOld) {
    CommitIds run = used(subject);
    if (run != null) {
      changed(run, subject, () -> run.follow(commit, tooOld));
    } else if (head.sequence() > tooOld && head.previous() <= tooOld) {
      // There are two young ones now.
      CommitIds begun = begin(subject, head.previous(), head.through().count() - 1);
      changed(
          begun,
          subject,
          () -> {
            begun.add(Seen.of(head), tooOld);
            begun.follow(commit, tooOld);
          });
    }
  }

  /** A commit of an actor was seen. It may be any. */
  public synchronized void saw(String subject, Seen commit, long tooOld) {
    CommitIds run = used(subject);
    if (run != null) {
      changed(run, subject, () -> run.follow(commit, tooOld));
    }
  }

  /**
   * Commits were read: all that the actor has after a sequence up to the last of them.
   *
   * @param isBeginning whether no commit up to that sequence counts
   */
  public synchronized void read(
      String subject, long after, boolean isBeginning, List<Seen> commits, long tooOld) {
    if (commits.isEmpty()) {
      return;
    }
    Seen first = commits.get(0);
    CommitIds run = used(subject);
    boolean goesOn = run != null && (run.to() >= after || run.to() == first.previous());
    if (isBeginning && (run == null || !goesOn || after < run.after())) {
      CommitIds begun = begin(subject, after, first.number() - 1);
      if (run != null) {
        begun.keepAs(run);
      }
      run = begun;
    } else if (run == null || !goesOn) {
      return;
    }
    CommitIds grown = run;
    changed(
        grown,
        subject,
        () ->
            commits.stream()
                .filter(commit -> commit.sequence() > grown.to())
                .forEach(commit -> grown.add(commit, tooOld)));
  }

  /** What was known of an actor does not hold any more. */
  public synchronized void forget(String subject) {
    CommitIds run = runs.remove(subject);
    if (run != null) {
      bytes -= bytes(subject, run);
    }
  }

  /** What was known may not hold any more. */
  public synchronized void forgetAll() {
    runs.clear();
    bytes = 0;
  }

  /** What all that is remembered takes, about. */
  synchronized long bytes() {
    return bytes;
  }

  synchronized int actors() {
    return runs.size();
  }

  private @Nullable CommitIds used(String subject) {
    CommitIds run = runs.get(subject);
    if (run != null) {
      run.usedAt = System.nanoTime();
    }
    return run;
  }

  private CommitIds begin(String subject, long after, long afterNumber) {
    forget(subject);
    CommitIds run = new CommitIds(after, afterNumber);
    run.usedAt = System.nanoTime();
    runs.put(subject, run);
    bytes += bytes(subject, run);
    trim();
    return run;
  }

  /** Lets a run change, and keeps the bound. */
  private void changed(CommitIds run, String subject, Runnable change) {
    long before = bytes(subject, run);
    change.run();
    long grownBy = bytes(subject, run) - before;
    bytes += grownBy;
    if (grownBy > 0) {
      trim();
    }
  }

  private void trim() {
    long idleSince = System.nanoTime() - IDLE_NANOS;
    Iterator<Map.Entry<String, CommitIds>> leastUsedFirst = runs.entrySet().iterator();
    while (leastUsedFirst.hasNext()) {
      Map.Entry<String, CommitIds> least = leastUsedFirst.next();
      if (bytes <= maxBytes && least.getValue().usedAt - idleSince > 0) {
        return;
      }
      bytes -= bytes(least.getKey(), least.getValue());
      leastUsedFirst.remove();
    }
  }

  private static long bytes(String subject, CommitIds run) {
    return ACTOR_BYTES + subject.length() + run.tableBytes();
  }
}
