package dev.aether.server.store.jetstream.cache;

import dev.aether.server.codec.CorruptRecordException;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.CommitMessages;
import dev.aether.server.store.jetstream.format.StoredMessage;

/**
 * What this node remembers of the commits that it stored, read or received. Only hints: a wrong one
 * costs a round trip and never a wrong answer.
 *
 * @param heads where actors end
 * @param ages which commits are too old to be a repeat of a save that arrives now
 * @param recent the commit ids of those that are not
 */
public record KnownCommits(VersionCache heads, CommitAges ages, RecentCommits recent) {
  /**
   * @param maxActors whose heads are remembered
   * @param maxRecentBytes for the ids of recent commits
   */
  public static KnownCommits withBounds(int maxActors, long maxRecentBytes) {
    return new KnownCommits(
        new VersionCache(maxActors), new CommitAges(), new RecentCommits(maxRecentBytes));
  }

  /** Learns of a commit that any node stored. */
  public void received(String stream, StoredMessage message) {
    ages.reached(stream, message.sequence());
    try {
      CommitHeader header = CommitMessages.header(message);
      heads.updateKnown(message.subject(), ActorHead.after(header, message.sequence()));
      recent.saw(
          message.subject(),
          RecentCommits.Seen.of(header, message.sequence()),
          ages.tooOld(stream));
    } catch (CorruptRecordException e) {
      // Whoever reads the record reports it as corrupt; this is only a hint.
      return;
    }
  }

  /**
   * Learns of a commit that this node stored.
   *
   * @param before the head that it was stored behind
   * @param after the head that it is
   * @param isExact whether it was saved with an expected version
   */
  public void stored(
      String stream,
      String subject,
      ActorHead before,
      RecentCommits.Seen commit,
      ActorHead after,
      boolean isExact) {
    heads.update(subject, after);
    if (!ages.stored(stream, after.sequence())) {
      recent.forgetAll();
    }
    if (isExact) {
      recent.saw(subject, commit, ages.tooOld(stream));
    } else {
      recent.stored(subject, before, commit, ages.tooOld(stream));
    }
  }

  /** Forgets a head of which the leader knows nothing, and what led to it. */
  public void forgetActor(String stream, String subject, long sequence) {
    heads.forget(subject, sequence);
    recent.forget(subject);
    ages.forget(stream);
  }

  /** Forgets what a log that lost commits may not have any more. */
  public void forgetLog(String stream) {
    heads.clear();
    ages.forget(stream);
    recent.forgetAll();
  }

  /** Forgets everything: the store may have lost commits while this node was not connected. */
  public void forgetAll() {
    ages.forgetAll();
    recent.forgetAll();
    heads.clear();
  }
}
