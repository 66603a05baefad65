package dev.aether.server.store.jetstream.save;

import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.Limits;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Save;
import dev.aether.server.store.jetstream.cache.ActorHead;
import dev.aether.server.store.jetstream.cache.CommitAges;
import dev.aether.server.store.jetstream.cache.RecentCommits;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.read.ActorLog;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Determines whether a save was already stored. It runs before a conflict is returned, and before a
 * publish that may be a duplicate. A stored commit is this save's if it has the same commit id and
 * was saved with the same kind of expectation.
 */
public final class DuplicateSearch {
  private static final int PAGE_COMMITS = 1000;
  private static final int PAGE_BYTES = 1024 * 1024;

  /**
   * A commit is too old to matter if JetStream's timestamp is this much older than that of the
   * actor's last commit. It is longer than {@link CommitAges#WINDOW}, since the timestamps may come
   * from the clocks of different servers.
   */
  private static final Duration OLD_BY_TIMESTAMP = CommitAges.WINDOW.multipliedBy(2);

  /** The factor by which the search goes back if the commits found are too recent. */
  private static final int STEP_FACTOR = 4;

  private final ActorLog actor;
  private final Save save;
  private final RecentCommits recent;
  private final long tooOld;

  /**
   * @param recent records the commits that are read in sequence
   * @param tooOld commits up to this sequence were stored before {@link CommitAges#WINDOW}
   */
  public DuplicateSearch(ActorLog actor, Save save, RecentCommits recent, long tooOld) {
    this.actor = actor;
    this.save = save;
    this.recent = recent;
    this.tooOld = tooOld;
  }

  /** The stored commit of this save. */
  record Found(CommitHeader header, long sequence) {}

  /**
   * Searches the commit after a version. With an expected version, the save's commit can only be
   * there.
   */
  CompletableFuture<Optional<Found>> after(ActorHead head, long version) {
    if (Long.compareUnsigned(version, head.version()) >= 0) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    if (head.contains(version + 1) && !head.mayHaveId(save.commitId())) {
      // The common conflict: another writer was faster by one commit, whose id is known.
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return actor
        .commitWithVersion(head, version + 1)
        .thenApply(
            located ->
                located
                    .filter(at -> at.header().firstVersion() == version + 1)
                    .map(at -> new Found(at.header(), at.sequence()))
                    .filter(this::isOurs))
        .exceptionallyCompose(DuplicateSearch::noneIfTrimmed);
  }

  /** Searches the actor's commits after a sequence. */
  public CompletableFuture<Optional<Found>> since(long sequence, ActorHead head) {
    if (head.previous() == sequence && !head.mayHaveId(save.commitId())) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return search(sequence, false, head.sequence());
  }

  /**
   * Searches the commits that a repeat of this save may have stored: the recent ones, and the
   * actor's latest ones if this is a repeat.
   */
  CompletableFuture<Optional<Found>> among(ActorHead head, RecentCommits.Answer known) {
    return known instanceof RecentCommits.Answer.MaybeAfter begun
        ? search(begun.sequence(), false, head.sequence())
        : beginning(head).thenCompose(begin -> search(begin, true, head.sequence()));
  }

  /** A sequence up to which all commits can be ignored. */
  private CompletableFuture<Long> beginning(ActorHead head) {
    long count = head.through().count();
    long oldestNumber = Math.max(0, count - Limits.REPEATS_AMONG_COMMITS);
    int old = save.retry() ? -1 : head.through().notAfterSequence(tooOld);
    if (old >= 0 && head.through().number(old) >= oldestNumber) {
      return CompletableFuture.completedFuture(head.through().sequence(old));
    }
    if (oldestNumber == 0) {
      return CompletableFuture.completedFuture(save.retry() ? 0 : tooOld);
    }
    return actor
        .commitWithNumber(head, count)
        .thenCompose(last -> beginning(head, oldestNumber, last.message().time()))
        .exceptionallyCompose(DuplicateSearch::fromStartIfTrimmed);
  }

  /**
   * Goes back in steps until a commit is too old, according to this node or else to JetStream's
   * timestamps. Used if more commits may matter than one read returns.
   */
  private CompletableFuture<Long> beginning(ActorHead head, long number, Instant last) {
    if (number <= 0) {
      return CompletableFuture.completedFuture(0L);
    }
    return actor
        .commitWithNumber(head, number)
        .thenCompose(
            at ->
                at.sequence() <= tooOld || at.message().time().plus(OLD_BY_TIMESTAMP).isBefore(last)
                    ? CompletableFuture.completedFuture(at.sequence())
                    : beginning(head, stepBack(head, number), last));
  }

  private static long stepBack(ActorHead head, long number) {
    return head.through().count() - STEP_FACTOR * (head.through().count() - number);
  }

  /**
   * @param isBeginning whether all commits up to {@code after} can be ignored
   */
  private CompletableFuture<Optional<Found>> search(long after, boolean isBeginning, long to) {
    if (System.nanoTime() - save.deadline() > 0) {
      // Not "no duplicate": the save could still be published, and be stored twice.
      return CompletableFuture.failedFuture(
          JetStreamFailure.noAnswer("no time is left to look for a duplicate"));
    }
    return actor
        .messagesFrom(after + 1, PAGE_COMMITS, PAGE_BYTES)
        .thenCompose(
            messages -> {
              List<RecentCommits.Seen> seen = new ArrayList<>(messages.size());
              Optional<Found> ours = Optional.empty();
              for (StoredMessage message : messages) {
                Found found = new Found(actor.header(message), message.sequence());
                seen.add(RecentCommits.Seen.of(found.header(), found.sequence()));
                ours = ours.isEmpty() && isOurs(found) ? Optional.of(found) : ours;
              }
              recent.onRead(actor.subject(), after, isBeginning, seen, tooOld);
              long last = messages.get(messages.size() - 1).sequence();
              return ours.isPresent() || last >= to
                  ? CompletableFuture.completedFuture(ours)
                  : search(last, false, to);
            });
  }

  private boolean isOurs(Found found) {
    return found.header().commitId().equals(save.commitId().value())
        && found.header().kind() == save.expected().letter()
        && (!(save.expected() instanceof ExpectedVersion.Exactly exactly)
            || found.header().firstVersion() == exactly.version() + 1);
  }

  /**
   * If the first commit to search was trimmed, the search starts with the first one that was not.
   */
  private static CompletableFuture<Long> fromStartIfTrimmed(Throwable thrown) {
    return StoreException.hasReason(thrown, Reason.HISTORY_TRIMMED)
        ? CompletableFuture.completedFuture(0L)
        : CompletableFuture.failedFuture(thrown);
  }

  /** A commit that was trimmed cannot be recognised as a duplicate. */
  private static CompletableFuture<Optional<Found>> noneIfTrimmed(Throwable thrown) {
    return StoreException.hasReason(thrown, Reason.HISTORY_TRIMMED)
        ? CompletableFuture.completedFuture(Optional.empty())
        : CompletableFuture.failedFuture(thrown);
  }
}
