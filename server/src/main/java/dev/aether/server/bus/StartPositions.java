package dev.aether.server.bus;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Store;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Finds where a subscription begins: the logs that it matches now, their heads according to the
 * leader, and the position from which each is read. Fails if the store has lost a commit that the
 * subscription continues after.
 */
final class StartPositions {
  /** How many incarnations of a namespace are tried if it is deleted and created meanwhile. */
  private static final int MAX_INCARNATIONS = 5;

  private final Store store;
  private final SubscribeCommand command;
  private final Function<LogId, Optional<LogFeed>> feeds;
  private final LossCheck lossCheck;

  /**
   * @param feeds the feeds of this node. A feed that has received commits that the store has lost
   *     since must not serve the subscription
   */
  StartPositions(Store store, SubscribeCommand command, Function<LogId, Optional<LogFeed>> feeds) {
    this.store = store;
    this.command = command;
    this.feeds = feeds;
    this.lossCheck = new LossCheck(store.log());
  }

  /**
   * Where a log is read from.
   *
   * @param mark the commit after which reading begins
   * @param head the log's last commit
   */
  record LogStart(Namespaces.Info namespace, LogId log, Mark mark, Mark head) {}

  CompletableFuture<List<LogStart>> locate() {
    return namespaces()
        .thenCompose(
            infos -> joined(infos.stream().map(info -> starts(info, MAX_INCARNATIONS)).toList()))
        .thenApply(starts -> starts.stream().flatMap(List::stream).toList());
  }

  private static <T> CompletableFuture<List<T>> joined(List<CompletableFuture<T>> all) {
    return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new))
        .thenApply(done -> all.stream().map(CompletableFuture::join).toList());
  }

  private CompletableFuture<List<Namespaces.Info>> namespaces() {
    return command.namespaces().isLiteral()
        ? store
            .namespaces()
            .find(new Namespace(command.namespaces().text()))
            .thenApply(found -> found.map(List::of).orElse(List.of()))
        : store.namespaces().list(command.namespaces());
  }

  /**
   * The positions in a namespace; in its new incarnation if the given one is gone.
   *
   * @param incarnations how many incarnations to try
   */
  private CompletableFuture<List<LogStart>> starts(Namespaces.Info info, int incarnations) {
    return joined(info.logs().stream().map(log -> start(info, log)).toList())
        .exceptionallyCompose(
            thrown ->
                isGone(thrown) && incarnations > 1
                    ? store
                        .namespaces()
                        .look(info.namespace())
                        .thenCompose(
                            now ->
                                now.isPresent()
                                    ? starts(now.get(), incarnations - 1)
                                    : CompletableFuture.completedFuture(List.of()))
                    : CompletableFuture.failedFuture(thrown));
  }

  private CompletableFuture<LogStart> start(Namespaces.Info info, LogId log) {
    Optional<LogFeed> feed = feeds.apply(log);
    Mark received = feed.map(LogFeed::to).orElse(Mark.NONE);
    return store
        .log()
        .extent(log)
        .thenCompose(
            extent ->
                feed.isPresent()
                    ? feed.get().check(received, extent)
                    : CompletableFuture.completedFuture(extent))
        .thenCompose(extent -> unlessLost(log, extent))
        .thenApply(
            extent -> {
              boolean live = command.start() instanceof SubscribeCommand.Start.Live;
              Mark mark = live ? extent.head() : markIn(command, log);
              return new LogStart(info, log, mark, extent.head());
            });
  }

  /** Fails if the subscription continues after a commit that was lost or trimmed. */
  private CompletableFuture<CommitLog.Extent> unlessLost(LogId log, CommitLog.Extent extent) {
    if (!(command.start() instanceof SubscribeCommand.Start.After after)
        || !after.cursor().has(log)) {
      return CompletableFuture.completedFuture(extent);
    }
    Mark mark = after.in(log);
    if (mark.position() < extent.first() - 1) {
      return CompletableFuture.failedFuture(
          StoreException.cursorExpired(log.namespace(), extent.first()));
    }
    return lossCheck
        .find(log, Mark.at(mark.position()), extent)
        .thenCompose(
            found -> {
              if (found.lost()) {
                throw StoreException.cursorUnknown(
                    "it is beyond the end of the log; unless it was issued by another store, this store"
                        + " has lost commits");
              }
              return lossCheck.find(log, after.verifiable(log), found.extent());
            })
        .thenApply(
            found -> {
              if (found.lost()) {
                throw StoreException.cursorUnknown(
                    "the store has lost commits, and another commit is now at the cursor's position");
              }
              return found.extent();
            });
  }

  /** The commit after which a log is read that was created after the subscription began. */
  static Mark markIn(SubscribeCommand command, LogId log) {
    return command.start() instanceof SubscribeCommand.Start.After after
        ? after.in(log)
        : Mark.NONE;
  }

  /** Whether a request to a log failed because its incarnation of the namespace is gone. */
  static boolean isGone(Throwable thrown) {
    return StoreException.hasReason(thrown, Reason.NAMESPACE_NOT_FOUND);
  }

  /** Whether the same read may succeed a little later. Unexpected exceptions count as permanent. */
  static boolean isPassing(Throwable thrown) {
    return StoreException.hasReason(thrown, Reason.STORE_UNAVAILABLE)
        || StoreException.hasReason(thrown, Reason.OVERLOADED);
  }
}
