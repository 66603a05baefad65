package dev.aether.server.store.jetstream.snapshot;

import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.registry.NamespaceRegistry;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Makes the stream of a namespace's snapshots, which there is only when the first is saved. */
public final class SnapshotStream {
  private SnapshotStream() {}

  /**
   * Makes the stream; any number of nodes may do so at once.
   *
   * <p>Whoever deletes a namespace first says so in the registry and then deletes its streams. So
   * the registry is asked once more afterwards: if it still has this incarnation, a deletion that
   * begins later will find the stream; if not, nobody else will, and it is deleted here.
   *
   * @return false if the namespace is not this making any more
   */
  public static CompletableFuture<Boolean> make(
      JetStreamApi api, NamespaceRegistry namespaces, Namespaces.Info info) {
    return api.createStream(StreamConfigs.snapshots(info))
        .thenApply(made -> true)
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isStreamThere(JetStreamErrors.failure(thrown))
                    ? CompletableFuture.completedFuture(true)
                    : CompletableFuture.failedFuture(thrown))
        .thenCompose(there -> namespaces.look(info.namespace()))
        .thenCompose(
            now ->
                isCurrent(now, info)
                    ? CompletableFuture.completedFuture(true)
                    : api.deleteStream(SubjectCodec.snapshotStream(info))
                        .thenApply(deleted -> false));
  }

  /** Whether the namespace is still this incarnation of it. */
  public static boolean isCurrent(Optional<Namespaces.Info> now, Namespaces.Info info) {
    return now.filter(found -> found.incarnation().equals(info.incarnation())).isPresent();
  }
}
