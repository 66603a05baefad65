package dev.aether.server.cli.load;

import dev.aether.client.AsyncAetherClient;
import dev.aether.client.CallSettings;
import dev.aether.client.Snapshot;
import dev.aether.client.SnapshotOutdatedException;
import dev.aether.server.event.Exceptions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Stores a snapshot if its actor has none or an older one. */
final class SnapshotWriter {
  private final AsyncAetherClient client;
  private final ImportTally tally;

  SnapshotWriter(AsyncAetherClient client, ImportTally tally) {
    this.client = client;
    this.tally = tally;
  }

  /**
   * Completes when the snapshot is stored, or with {@link ImportStopped} if it cannot be stored.
   */
  CompletableFuture<@Nullable Void> write(ImportSnapshot item) {
    CallSettings settings = CallSettings.defaults().withNamespace(item.actor().namespace());
    return client
        .latestSnapshot(item.actor().actorId(), settings)
        .thenCompose(stored -> isNewer(item, stored) ? save(item, settings) : present())
        .exceptionallyCompose(
            error -> {
              if (Exceptions.unwrap(error) instanceof SnapshotOutdatedException) {
                return present(); // Another client has just stored a newer one.
              }
              return CompletableFuture.failedFuture(ImportStopped.by(item, error));
            });
  }

  private static boolean isNewer(ImportSnapshot item, Optional<Snapshot> stored) {
    return stored.isEmpty()
        || Long.compareUnsigned(stored.get().version(), item.snapshot().version()) < 0;
  }

  private CompletableFuture<@Nullable Void> save(ImportSnapshot item, CallSettings settings) {
    return client
        .saveSnapshot(item.snapshot(), settings)
        .thenApply(
            done -> {
              tally.snapshotImported();
              return done;
            });
  }

  private CompletableFuture<@Nullable Void> present() {
    tally.snapshotPresent();
    return CompletableFuture.completedFuture(null);
  }
}
