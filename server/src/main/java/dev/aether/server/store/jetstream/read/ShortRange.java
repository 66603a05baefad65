package dev.aether.server.store.jetstream.read;

import dev.aether.server.store.jetstream.format.CommitHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Reads a short range of an actor's commits: with a burst if their sequences were known, and
 * otherwise with the skip pointers.
 *
 * @param last the actor's last commit
 * @param from the first version, inclusive
 * @param to the last version, inclusive; at most the actor's latest
 */
record ShortRange(ActorLog actor, LocatedCommit last, long from, long to) {
  /**
   * Reads the commits, oldest first.
   *
   * @param burst what was read already
   * @return empty if the range has to be read in another way
   */
  CompletableFuture<Optional<List<LocatedCommit>>> read(BurstReader.Burst burst) {
    return burst.isNone() ? bySkipPointers() : after(burst.commits());
  }

  private CompletableFuture<Optional<List<LocatedCommit>>> bySkipPointers() {
    return Interpolation.near(actor, last, to)
        .thenCompose(
            near -> actor.readBySkipPointers(near, SkipPointerReader.Range.ofVersions(from, to)))
        .thenApply(
            commits -> {
              commits.ifPresent(actor::learn);
              return commits;
            });
  }

  /**
   * Completes a burst with the commits after it, which usually are the last commit alone. If all of
   * them are not consecutive, or do not reach from the first version to the last, what was known is
   * wrong.
   */
  private CompletableFuture<Optional<List<LocatedCommit>>> after(List<LocatedCommit> known) {
    CommitHeader newest = known.get(known.size() - 1).header();
    CompletableFuture<Optional<List<LocatedCommit>>> rest =
        newest.lastVersion() >= to
            ? CompletableFuture.completedFuture(Optional.of(List.of()))
            : actor.readBySkipPointers(
                last, new SkipPointerReader.Range(newest.number() + 1, Long.MAX_VALUE, from, to));
    return rest.thenCompose(
        found -> {
          if (found.isEmpty()) {
            return bySkipPointers();
          }
          List<LocatedCommit> all = new ArrayList<>(known);
          all.addAll(found.get());
          if (newest.number() > last.header().number() || !isWhole(all)) {
            actor.forgetSequences();
            return bySkipPointers();
          }
          actor.learn(all);
          // Of all, since those of the burst may have come long before the last commit.
          long bytes = all.stream().mapToLong(commit -> commit.message().body().length).sum();
          return actor.handOver(Optional.of(all), bytes);
        });
  }

  private boolean isWhole(List<LocatedCommit> commits) {
    for (int i = 1; i < commits.size(); i++) {
      if (!BurstReader.follows(commits.get(i).header(), commits.get(i - 1))) {
        return false;
      }
    }
    CommitHeader first = commits.get(0).header();
    boolean beginsInTime =
        first.firstVersion() <= from
            || first.before().size() == 0
            || first.before().lastVersion(0) < from;
    return beginsInTime && commits.get(commits.size() - 1).header().lastVersion() >= to;
  }
}
