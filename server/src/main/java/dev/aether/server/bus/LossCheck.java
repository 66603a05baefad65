package dev.aether.server.bus;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.store.CommitLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Checks whether a log still has a commit. A store that was restored from a backup, or that lost
 * commits that were not synced to disk, has lost the end of the log and assigns the same positions
 * to other commits.
 */
final class LossCheck {
  /**
   * A leader that was deposed without noticing may lack commits that others have seen, so it is
   * asked several times.
   */
  private static final int ATTEMPTS = 4;

  private static final Executor AFTER_PAUSE =
      CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);

  private final CommitLog commits;

  LossCheck(CommitLog commits) {
    this.commits = commits;
  }

  /**
   * The result of a check.
   *
   * @param lost whether the commit is certainly gone. A commit that was trimmed or removed cannot
   *     be compared and does not count as lost
   * @param extent the log's latest known extent
   */
  record Finding(boolean lost, CommitLog.Extent extent) {}

  /**
   * Checks a commit.
   *
   * @param extent the log's extent, requested after the commit was seen
   */
  CompletableFuture<Finding> find(LogId log, Mark commit, CommitLog.Extent extent) {
    return find(log, commit, extent, ATTEMPTS);
  }

  private CompletableFuture<Finding> find(
      LogId log, Mark commit, CommitLog.Extent extent, int attempts) {
    if (commit.position() > extent.head().position()) {
      return extent.certain() || attempts == 1
          ? CompletableFuture.completedFuture(new Finding(true, extent))
          : CompletableFuture.supplyAsync(() -> attempts - 1, AFTER_PAUSE)
              .thenCompose(
                  left -> commits.extent(log).thenCompose(now -> find(log, commit, now, left)));
    }
    if (!commit.isVerifiable()
        || commit.position() < extent.first()
        || commit.equals(extent.head())) {
      return CompletableFuture.completedFuture(new Finding(false, extent));
    }
    return commits
        .mark(log, commit.position())
        .thenApply(found -> new Finding(found.contradicts(commit), extent));
  }
}
