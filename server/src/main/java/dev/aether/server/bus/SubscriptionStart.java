package dev.aether.server.bus;

import dev.aether.server.event.Causes;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.CommitLog;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Store;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Finds where a subscription begins: the logs it matches now, their heads as the leader has them,
 * and its positions.
 */
final class SubscriptionStart {
  /** A leader that was deposed and has not noticed yet may not have what the cursor has seen. */
  private static final int LOOKS_AT_REPLICATED_HEAD = 4;

  /** So often a namespace may be deleted and made anew while it is looked at. */
  private static final int MAKINGS = 5;

  private static final Executor LOOK_AGAIN = CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);

  private final Store store;
  private final SubscribeCommand command;

  SubscriptionStart(Store store, SubscribeCommand command) {
    this.store = store;
    this.command = command;
  }

  /** Where to begin in a log, and its head. */
  record Place(Namespaces.Info namespace, LogId log, long position, long head) {}

  CompletableFuture<List<Place>> locate() {
    return namespaces()
        .thenCompose(infos -> joined(infos.stream().map(info -> places(info, MAKINGS)).toList()))
        .thenApply(places -> places.stream().flatMap(List::stream).toList());
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
   * Where to begin in a namespace; in its new making if this one is gone by now.
   *
   * @param makings how many makings are tried
   */
  private CompletableFuture<List<Place>> places(Namespaces.Info info, int makings) {
    int looks = info.replicas() > 1 ? LOOKS_AT_REPLICATED_HEAD : 1;
    return joined(info.logs().stream().map(log -> place(info, log, looks)).toList())
        .exceptionallyCompose(
            thrown ->
                isGone(thrown) && makings > 1
                    ? store
                        .namespaces()
                        .look(info.namespace())
                        .thenCompose(
                            now ->
                                now.isPresent()
                                    ? places(now.get(), makings - 1)
                                    : CompletableFuture.completedFuture(List.of()))
                    : CompletableFuture.failedFuture(thrown));
  }

  private CompletableFuture<Place> place(Namespaces.Info info, LogId log, int looks) {
    return store
        .log()
        .extent(log)
        .thenCompose(
            extent -> {
              long head = extent.head();
              boolean live = command.start() instanceof SubscribeCommand.Start.Live;
              long position = live ? head : positionIn(command, log);
              if (isExpired(log, position, extent)) {
                return CompletableFuture.failedFuture(
                    new StoreException.CursorExpired(log.namespace(), extent.first()));
              }
              if (position <= head) {
                return CompletableFuture.completedFuture(new Place(info, log, position, head));
              }
              if (looks == 1) {
                return CompletableFuture.failedFuture(
                    new StoreException.CursorUnknown("it stands beyond the end of the log"));
              }
              return CompletableFuture.supplyAsync(() -> looks - 1, LOOK_AGAIN)
                  .thenCompose(left -> place(info, log, left));
            });
  }

  /** Whether commits that come after the cursor were trimmed. */
  private boolean isExpired(LogId log, long position, CommitLog.Extent extent) {
    return command.start() instanceof SubscribeCommand.Start.After after
        && after.cursor().has(log)
        && position + 1 < extent.first();
  }

  /** Where a subscription begins in a log that was made after it began. */
  static long positionIn(SubscribeCommand command, LogId log) {
    return command.start() instanceof SubscribeCommand.Start.After after ? after.in(log) : 0;
  }

  /** What a future failed of. */
  static StoreException why(Throwable thrown) {
    Throwable root = Causes.unwrapped(thrown);
    return root instanceof StoreException known
        ? known
        : new StoreException.StoreUnavailable(String.valueOf(root));
  }

  /** Whether what a log was asked failed since its making of the namespace is gone. */
  static boolean isGone(Throwable thrown) {
    return why(thrown).reason() == Reason.NAMESPACE_NOT_FOUND;
  }

  /** Whether the same may be read a little later. */
  static boolean isPassing(Throwable thrown) {
    if (Causes.unwrapped(thrown) instanceof Error) {
      return false;
    }
    Reason reason = why(thrown).reason();
    return reason == Reason.STORE_UNAVAILABLE || reason == Reason.OVERLOADED;
  }
}
