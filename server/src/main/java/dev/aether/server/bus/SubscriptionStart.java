package dev.aether.server.bus;

import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Store;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Finds where a subscription begins: the logs it matches now, their heads as the leader has them,
 * and its positions.
 */
final class SubscriptionStart {
  private final Store store;
  private final SubscribeCommand command;

  SubscriptionStart(Store store, SubscribeCommand command) {
    this.store = store;
    this.command = command;
  }

  /** Where to begin in a log, and its head. */
  record Place(LogId log, long position, long head) {}

  CompletableFuture<List<Place>> locate() {
    return namespaces()
        .thenCompose(
            infos -> {
              List<CompletableFuture<Place>> places =
                  infos.stream().flatMap(info -> info.logs().stream()).map(this::place).toList();
              return CompletableFuture.allOf(places.toArray(CompletableFuture<?>[]::new))
                  .thenApply(all -> places.stream().map(CompletableFuture::join).toList());
            });
  }

  private CompletableFuture<List<Namespaces.Info>> namespaces() {
    if (command.namespaces().isLiteral()) {
      return store
          .namespaces()
          .find(new Namespace(command.namespaces().text()))
          .thenApply(found -> found.map(List::of).orElse(List.of()));
    }
    return store
        .namespaces()
        .list()
        .thenApply(
            all ->
                all.stream()
                    .filter(info -> command.namespaces().matches(info.namespace().name()))
                    .toList());
  }

  private CompletableFuture<Place> place(LogId log) {
    return store
        .log()
        .head(log)
        .thenApply(
            head -> {
              boolean live = command.start() instanceof SubscribeCommand.Start.Live;
              long position = live ? head : positionIn(command, log);
              if (position > head) {
                throw new StoreException.CursorUnknown("it stands beyond the end of the log");
              }
              return new Place(log, position, head);
            });
  }

  /** Where a subscription begins in a log that was made after it began. */
  static long positionIn(SubscribeCommand command, LogId log) {
    return command.start() instanceof SubscribeCommand.Start.After after
        ? after.cursor().in(log)
        : 0;
  }

  /** What a future failed of. */
  static StoreException why(Throwable thrown) {
    Throwable root = thrown;
    while (root instanceof CompletionException && root.getCause() != null) {
      root = root.getCause();
    }
    return root instanceof StoreException known
        ? known
        : new StoreException.StoreUnavailable(String.valueOf(root));
  }

  static boolean isPassing(Throwable thrown) {
    Reason reason = why(thrown).reason();
    return reason == Reason.STORE_UNAVAILABLE || reason == Reason.OVERLOADED;
  }
}
