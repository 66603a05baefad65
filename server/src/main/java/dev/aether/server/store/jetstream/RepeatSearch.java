package dev.aether.server.store.jetstream;

import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Save;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The replay question: was this save stored before? Asked before a conflict is answered, and before
 * a publish that may be a repeat. A stored commit is this save's if it has its commit id and was
 * saved with the same kind of expectation.
 */
final class RepeatSearch {
  private static final int PAGE_COMMITS = 1000;
  private static final int PAGE_BYTES = 1024 * 1024;

  private final ActorLog actor;
  private final Save save;
  private final RecentCommits seen;

  /**
   * @param seen is told of the commits that are looked at one after the other
   */
  RepeatSearch(ActorLog actor, Save save, RecentCommits seen) {
    this.actor = actor;
    this.save = save;
    this.seen = seen;
  }

  /** A stored commit that is this save's. */
  record Found(CommitHeader header, long sequence) {}

  /**
   * Whether the commit that follows a version is this save's: with an expected version it can stand
   * nowhere else.
   */
  CompletableFuture<Optional<Found>> after(ActorTip tip, long version) {
    if (Long.compareUnsigned(version, tip.version()) >= 0) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    if (tip.holds(version + 1) && !tip.mayBe(save.commitId())) {
      // The common conflict: somebody was faster by one commit, and its id is known.
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return actor
        .holding(tip, version + 1)
        .thenApply(
            located ->
                located
                    .filter(at -> at.header().firstVersion() == version + 1)
                    .map(at -> new Found(at.header(), at.sequence()))
                    .filter(this::isOurs))
        .exceptionallyCompose(RepeatSearch::notAmongWhatIsKept);
  }

  /** Whether the {@code number}th commit, which must not be above the tip's, is this save's. */
  CompletableFuture<Optional<Found>> at(ActorTip tip, long number) {
    return actor
        .numbered(tip, number)
        .thenApply(at -> Optional.of(new Found(at.header(), at.sequence())).filter(this::isOurs))
        .exceptionallyCompose(RepeatSearch::notAmongWhatIsKept);
  }

  /** Whether one of the actor's commits from the {@code number}th on is this save's. */
  CompletableFuture<Optional<Found>> among(ActorTip tip, long number) {
    if (number > tip.through().count()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return actor
        .numbered(tip, Math.max(number, 1))
        .thenApply(ActorLog.Located::sequence)
        .exceptionallyCompose(RepeatSearch::fromWhatIsKept)
        .thenCompose(first -> search(first, tip.sequence()));
  }

  private CompletableFuture<Optional<Found>> search(long from, long to) {
    return actor
        .from(from, PAGE_COMMITS, PAGE_BYTES)
        .thenCompose(
            messages -> {
              Optional<Found> ours = Optional.empty();
              for (StoredMessage message : messages) {
                Found found = new Found(actor.header(message), message.sequence());
                seen.saw(found.header().number(), found.header().commitId());
                ours = ours.isEmpty() && isOurs(found) ? Optional.of(found) : ours;
              }
              if (ours.isPresent()) {
                return CompletableFuture.completedFuture(ours);
              }
              long next = messages.get(messages.size() - 1).sequence() + 1;
              return next > to
                  ? CompletableFuture.completedFuture(Optional.empty())
                  : search(next, to);
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
    return JetStreamErrors.root(thrown) instanceof StoreException.HistoryTrimmed
        ? CompletableFuture.completedFuture(1L)
        : CompletableFuture.failedFuture(thrown);
  }

  /**
   * A history that was trimmed does not answer the question any more: what is gone is not
   * recognised.
   */
  private static CompletableFuture<Optional<Found>> notAmongWhatIsKept(Throwable thrown) {
    return JetStreamErrors.root(thrown) instanceof StoreException.HistoryTrimmed
        ? CompletableFuture.completedFuture(Optional.empty())
        : CompletableFuture.failedFuture(thrown);
  }
}
