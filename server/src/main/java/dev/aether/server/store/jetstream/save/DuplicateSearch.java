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
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * The replay question: was this save stored before? Asked before a conflict is answered, and before
 * a publish that may be a repeat. A stored commit is this save's if it has its commit id and was
 * saved with the same kind of expectation.
 */
public final class DuplicateSearch {
  private static final int PAGE_COMMITS = 1000;
  private static final int PAGE_BYTES = 1024 * 1024;

  /**
   * A commit that JetStream stamped so much earlier than the actor's last is too old to count. More
   * than {@link CommitAges#WINDOW}, since the stamps may be of different servers' clocks.
   */
  private static final Duration OLD_BY_STAMP = CommitAges.WINDOW.multipliedBy(2);

  /** How much further back is looked where what was looked at is too young. */
  private static final int FURTHER = 4;

  private final ActorLog actor;
  private final Save save;
  private final RecentCommits recent;
  private final long tooOld;
  private final BooleanSupplier isOver;

  /**
   * @param recent is told of the commits that are looked at one after the other
   * @param tooOld commits up to this sequence were stored before {@link CommitAges#WINDOW}
   * @param isOver whether nobody waits for the answer any more
   */
  public DuplicateSearch(
      ActorLog actor, Save save, RecentCommits recent, long tooOld, BooleanSupplier isOver) {
    this.actor = actor;
    this.save = save;
    this.recent = recent;
    this.tooOld = tooOld;
    this.isOver = isOver;
  }

  /** A stored commit that is this save's. */
  record Found(CommitHeader header, long sequence) {}

  /**
   * Whether the commit that follows a version is this save's: with an expected version it can stand
   * nowhere else.
   */
  CompletableFuture<Optional<Found>> after(ActorHead head, long version) {
    if (Long.compareUnsigned(version, head.version()) >= 0) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    if (head.holds(version + 1) && !head.mayBe(save.commitId())) {
      // The common conflict: somebody was faster by one commit, and its id is known.
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
        .exceptionallyCompose(DuplicateSearch::notAmongWhatIsKept);
  }

  /** Whether one of the actor's commits after a sequence is this save's. */
  public CompletableFuture<Optional<Found>> since(long sequence, ActorHead head) {
    if (head.previous() == sequence && !head.mayBe(save.commitId())) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return search(sequence, false, head.sequence());
  }

  /**
   * Whether one of the commits is this save's that its repeat may have left: the young ones, and
   * for a repeat the actor's latest.
   */
  CompletableFuture<Optional<Found>> among(ActorHead head, RecentCommits.Answer known) {
    return known instanceof RecentCommits.Answer.MaybeAfter begun
        ? search(begun.sequence(), false, head.sequence())
        : beginning(head).thenCompose(begin -> search(begin, true, head.sequence()));
  }

  /** A sequence up to which no commit counts. */
  private CompletableFuture<Long> beginning(ActorHead head) {
    long count = head.through().count();
    long furthest = Math.max(0, count - Limits.REPEATS_AMONG_COMMITS);
    int old = save.retry() ? -1 : head.through().notAfterSequence(tooOld);
    if (old >= 0 && head.through().number(old) >= furthest) {
      return CompletableFuture.completedFuture(head.through().sequence(old));
    }
    if (furthest == 0) {
      return CompletableFuture.completedFuture(save.retry() ? 0 : tooOld);
    }
    return actor
        .commitWithNumber(head, count)
        .thenCompose(last -> beginning(head, furthest, last.message().time()))
        .exceptionallyCompose(DuplicateSearch::fromWhatIsKept);
  }

  /**
   * The same, where more commits may count than are read at once: goes back until one is too old,
   * by what this node knows or else by JetStream's own stamps.
   */
  private CompletableFuture<Long> beginning(ActorHead head, long number, Instant last) {
    if (number <= 0) {
      return CompletableFuture.completedFuture(0L);
    }
    return actor
        .commitWithNumber(head, number)
        .thenCompose(
            at ->
                at.sequence() <= tooOld || at.message().time().plus(OLD_BY_STAMP).isBefore(last)
                    ? CompletableFuture.completedFuture(at.sequence())
                    : beginning(head, further(head, number), last));
  }

  private static long further(ActorHead head, long number) {
    return head.through().count() - FURTHER * (head.through().count() - number);
  }

  /**
   * @param isBeginning whether no commit up to {@code after} counts
   */
  private CompletableFuture<Optional<Found>> search(long after, boolean isBeginning, long to) {
    if (isOver.getAsBoolean()) {
      return CompletableFuture.completedFuture(Optional.empty());
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
              recent.read(actor.subject(), after, isBeginning, seen, tooOld);
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

  /** Where the first commit to look at was trimmed, all that is left comes after it. */
  private static CompletableFuture<Long> fromWhatIsKept(Throwable thrown) {
    return StoreException.hasReason(thrown, Reason.HISTORY_TRIMMED)
        ? CompletableFuture.completedFuture(0L)
        : CompletableFuture.failedFuture(thrown);
  }

  /**
   * A history that was trimmed does not answer the question any more: what is gone is not
   * recognised.
   */
  private static CompletableFuture<Optional<Found>> notAmongWhatIsKept(Throwable thrown) {
    return StoreException.hasReason(thrown, Reason.HISTORY_TRIMMED)
        ? CompletableFuture.completedFuture(Optional.empty())
        : CompletableFuture.failedFuture(thrown);
  }
}
