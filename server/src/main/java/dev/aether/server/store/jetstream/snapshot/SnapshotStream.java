package dev.aether.server.store.jetstream.snapshot;

import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.registry.NamespaceRegistry;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import java.util.concurrent.CompletableFuture;

/** Creates the stream of a namespace's snapshots when the first one is saved. */
public final class SnapshotStream {
  private SnapshotStream() {}

  /**
   * Creates the stream; several nodes may do so concurrently.
   *
   * <p>A deletion of a namespace is first recorded in the registry, and then the streams are
   * deleted. So the registry is read again afterwards. If it still has this incarnation, a later
   * deletion will find the stream. Otherwise no other node will delete it, so it is deleted here.
   *
   * @return false if the namespace no longer has this incarnation
   */
  public static CompletableFuture<Boolean> create(
      JetStreamApi api, NamespaceRegistry namespaces, Namespaces.Info info) {
    return api.createStream(StreamConfigs.snapshots(info))
        .thenApply(made -> true)
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isStreamConfiguredDifferently(JetStreamErrors.failure(thrown))
                    ? CompletableFuture.completedFuture(true)
                    : CompletableFuture.failedFuture(thrown))
        .thenCompose(there -> namespaces.look(info.namespace()))
        .thenCompose(
            now ->
                info.isCurrentIn(now)
                    ? CompletableFuture.completedFuture(true)
                    : api.deleteStream(SubjectCodec.snapshotStream(info))
                        .thenApply(deleted -> false));
  }
}
