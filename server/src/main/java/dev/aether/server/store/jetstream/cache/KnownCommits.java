package dev.aether.server.store.jetstream.cache;

import dev.aether.server.codec.CorruptRecordException;
import dev.aether.server.measure.Measures;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.CommitMessages;
import dev.aether.server.store.jetstream.format.StoredMessage;

/**
 * What this node remembers of commits that it has stored, read or received. These are hints only: a
 * wrong one costs a round trip, and never leads to a wrong response.
 *
 * @param heads the heads of actors
 * @param ages which commits are too old to be the duplicate of a save that arrives now
 * @param recent the ids of the commits that are not too old
 * @param sequences where the commits of actors are
 */
public record KnownCommits(
    VersionCache heads, CommitAges ages, RecentCommits recent, KnownSequences sequences) {
  /**
   * @param maxActors how many actors' heads are remembered
   * @param maxRecentBytes the memory for the ids of recent commits
   * @param maxSequenceBytes the memory for the sequences of commits
   */
  public static KnownCommits withBounds(int maxActors, long maxRecentBytes, long maxSequenceBytes) {
    return new KnownCommits(
        new VersionCache(maxActors),
        new CommitAges(),
        new RecentCommits(maxRecentBytes),
        new KnownSequences(maxSequenceBytes));
  }

  /** Registers how much is remembered, and how often a head was. */
  public void measure(Measures measures) {
    String help = "Looking up an actor's head in this node's memory, by result";
    measures.total("version.cache", help, heads::hits, "result", "hit");
    measures.total("version.cache", help, heads::misses, "result", "miss");
    measures.limit("cached_actors", heads::size, heads.maxActors());
    measures.limit("recent_commit_bytes", recent::bytes, recent.maxBytes());
    measures.limit("known_sequence_bytes", sequences::bytes, sequences.maxBytes());
  }

  /** Records a commit that any node stored. */
  public void received(String stream, StoredMessage message) {
    ages.reached(stream, message.sequence());
    try {
      CommitHeader header = CommitMessages.header(message);
      heads.updateKnown(message.subject(), ActorHead.after(header, message.sequence()));
      recent.onCommit(
          message.subject(),
          RecentCommits.Seen.of(header, message.sequence()),
          ages.tooOld(stream));
      sequences.received(
          message.subject(),
          new KnownSequences.Commit(header, message.sequence(), message.body().length));
    } catch (CorruptRecordException e) {
      // The reader of the record reports it as corrupt; this is only a hint.
      return;
    }
  }

  /**
   * Records a commit that this node stored.
   *
   * @param before the head before the commit
   * @param bytes the size of its body
   * @param isExact whether it was saved with an expected version
   */
  public void stored(
      String stream,
      String subject,
      ActorHead before,
      CommitHeader header,
      long sequence,
      int bytes,
      boolean isExact) {
    heads.update(subject, ActorHead.after(header, sequence));
    sequences.stored(subject, new KnownSequences.Commit(header, sequence, bytes));
    if (!ages.stored(stream, sequence)) {
      recent.forgetAll();
    }
    RecentCommits.Seen commit = RecentCommits.Seen.of(header, sequence);
    if (isExact) {
      recent.onCommit(subject, commit, ages.tooOld(stream));
    } else {
      recent.onStored(subject, before, commit, ages.tooOld(stream));
    }
  }

  /** Forgets a head that the leader does not have, and what it was derived from. */
  public void forgetActor(String stream, String subject, long sequence) {
    heads.forget(subject, sequence);
    recent.forget(subject);
    ages.forget(stream);
  }

  /** Forgets the commits of a log that has lost some, or was restored. */
  public void forgetLog(String stream) {
    heads.clear();
    ages.forget(stream);
    recent.forgetAll();
  }

  /**
   * Forgets everything, since the store may have lost commits while this node was disconnected;
   * except for the sequences, which every read compares with what it gets.
   */
  public void forgetAll() {
    ages.forgetAll();
    recent.forgetAll();
    heads.clear();
  }
}
