package dev.aether.server.bus;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.store.CommitLog;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Asks whether a log still has a commit. A store that was restored from an older copy, or that lost
 * what was not synced, has lost the end of the log and gives its positions to other commits.
 */
final class LossCheck {
  /** A leader that was deposed and has not noticed yet may not have what others have seen. */
  private static final int LOOKS = 4;

  private static final Executor LOOK_AGAIN = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);

  private final CommitLog commits;

  LossCheck(CommitLog commits) {
    this.commits = commits;
  }

  /**
   * What was found.
   *
   * @param lost whether the commit is certainly gone; one that was trimmed or removed can't be
   *     compared and counts as there
   * @param extent of the log, as it was known in the end
   */
  record Finding(boolean lost, CommitLog.Extent extent) {}

  /**
   * Looks for a commit.
   *
   * @param extent of the log, asked for after somebody saw the commit
   */
  CompletableFuture<Finding> find(LogId log, Mark commit, CommitLog.Extent extent) {
    return find(log, commit, extent, LOOKS);
  }

  private CompletableFuture<Finding> find(
      LogId log, Mark commit, CommitLog.Extent extent, int looks) {
    if (commit.position() > extent.head().position()) {
      return extent.certain() || looks == 1
          ? CompletableFuture.completedFuture(new Finding(true, extent))
          : CompletableFuture.supplyAsync(() -> looks - 1, LOOK_AGAIN)
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
