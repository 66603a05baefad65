package dev.aether.server.store.jetstream.cache;

import dev.aether.server.store.jetstream.format.CommitHeader;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The sequences of the commits of actors that were recently used on this node, so that they can be
 * read with one burst of requests. A hint: the reader compares what it gets with the actor's head.
 * So it outlives a reconnect, and an entry that turns out to be wrong is dropped.
 *
 * <p>Actors with up to two commits have no entry, since the header of the last commit names the
 * other one. Memory is bounded: the least recently used actor is evicted first. Thread-safe.
 */
public final class KnownSequences {
  /** The memory of an actor in addition to its subject and its sequences. */
  private static final int ACTOR_BYTES = 200;

  private static final int FIRST_ENTRY_AT = 3;

  private final long maxBytes;
  private final Map<String, SequenceList> actors = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  /**
   * @param maxBytes the approximate memory limit
   */
  public KnownSequences(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * A commit of an actor.
   *
   * @param bytes the size of its body
   */
  public record Commit(CommitHeader header, long sequence, int bytes) {}

  /**
   * Consecutive commits of an actor, oldest first.
   *
   * @param firstNumber the number of the first in the actor's history, from 1
   * @param versionBefore the last version before the first
   * @param lastVersions the last version of each
   * @param largest the size of the largest body
   * @param totalBytes the approximate size of all bodies together
   */
  public record Known(
      long firstNumber,
      long versionBefore,
      List<Long> sequences,
      List<Long> lastVersions,
      int largest,
      long totalBytes) {
    public int size() {
      return sequences.size();
    }
  }

  /** What is known of an actor. */
  public synchronized Optional<Known> get(String subject) {
    return Optional.ofNullable(actors.get(subject)).map(SequenceList::known);
  }

  /** Records a commit that this node stored. */
  public synchronized void stored(String subject, Commit commit) {
    CommitHeader header = commit.header();
    SequenceList list = actors.get(subject);
    if (list != null) {
      append(subject, list, commit);
    } else if (header.number() == FIRST_ENTRY_AT) {
      SequenceList started = new SequenceList(1, 0);
      started.add(header.before().sequence(1), header.before().lastVersion(1), 0);
      started.add(header.before().sequence(0), header.before().lastVersion(0), 0);
      started.add(commit.sequence(), header.lastVersion(), commit.bytes());
      put(subject, started);
    }
  }

  /** Records a commit that any node stored, if the actor is known. */
  public synchronized void received(String subject, Commit commit) {
    SequenceList list = actors.get(subject);
    if (list != null) {
      append(subject, list, commit);
    }
  }

  /** Records commits that were read: consecutive ones, oldest first. */
  public synchronized void read(String subject, List<Commit> commits) {
    if (commits.isEmpty() || commits.get(commits.size() - 1).header().number() < FIRST_ENTRY_AT) {
      return;
    }
    long first = commits.get(0).header().number();
    SequenceList list = actors.get(subject);
    boolean continues =
        list != null && list.firstNumber() <= first && list.lastNumber() >= first - 1;
    if (list == null || !continues) {
      put(subject, listOf(commits));
    } else {
      commits.forEach(commit -> append(subject, list, commit));
    }
  }

  private static SequenceList listOf(List<Commit> commits) {
    CommitHeader first = commits.get(0).header();
    SequenceList list = new SequenceList(first.number(), first.firstVersion() - 1);
    commits.forEach(
        commit -> list.add(commit.sequence(), commit.header().lastVersion(), commit.bytes()));
    return list;
  }

  private void append(String subject, SequenceList list, Commit commit) {
    CommitHeader header = commit.header();
    if (header.number() == list.lastNumber() + 1
        && header.previous() == list.lastSequence()
        && header.lastVersion() > list.lastVersion()) {
      long before = list.bytes();
      list.add(commit.sequence(), header.lastVersion(), commit.bytes());
      bytes += list.bytes() - before;
      trim();
    } else if (header.number() == list.lastNumber() && commit.sequence() != list.lastSequence()) {
      forget(subject);
    }
  }

  private void put(String subject, SequenceList list) {
    forget(subject);
    actors.put(subject, list);
    bytes += ACTOR_BYTES + subject.length() + list.bytes();
    trim();
  }

  /** Forgets an actor whose commits are not where they were known to be. */
  public synchronized void forget(String subject) {
    SequenceList list = actors.remove(subject);
    if (list != null) {
      bytes -= ACTOR_BYTES + subject.length() + list.bytes();
    }
  }

  private void trim() {
    Iterator<Map.Entry<String, SequenceList>> leastUsedFirst = actors.entrySet().iterator();
    while (bytes > maxBytes && leastUsedFirst.hasNext()) {
      Map.Entry<String, SequenceList> least = leastUsedFirst.next();
      bytes -= ACTOR_BYTES + least.getKey().length() + least.getValue().bytes();
      leastUsedFirst.remove();
    }
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
}
