package dev.aether.server.store.jetstream.registry;

import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.format.NamespaceRecords;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.wire.NamespaceRecord;
import dev.aether.server.wire.NamespaceState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes namespaces: writes DELETING, then deletes the streams, then writes DELETED. Several nodes
 * may do so concurrently, and every node that finds DELETING completes what another node started.
 *
 * <p>A full store accepts no record. In that case the streams are deleted first, which frees space
 * for the record. If a node stops between the two steps, the namespace is still ACTIVE but has no
 * streams. Saves and reads of it then fail as for a lost log, nothing is created in its place, and
 * deleting it again completes the deletion. If only DELETED cannot be written, the namespace counts
 * as deleted nevertheless.
 *
 * <p>Futures fail with a StoreException if the outcome was decided, and otherwise with a {@link
 * JetStreamFailure}.
 */
final class NamespaceDeletion {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceDeletion.class);

  /** How often another node may change the record first before the call fails. */
  private static final int TRIES = 10;

  private final JetStreamApi api;
  private final RegistryStream registry;

  NamespaceDeletion(JetStreamApi api, RegistryStream registry) {
    this.api = api;
    this.registry = registry;
  }

  /**
   * Deletes an existing namespace.
   *
   * @param begun runs before anything is written
   */
  CompletableFuture<Void> delete(Namespace namespace, Runnable begun) {
    return registry.look(namespace).thenCompose(found -> delete(namespace, found, begun, TRIES));
  }

  /**
   * Continues only with the incarnation that was found first. If this node's request was lost and
   * another node completed the deletion, the name may now belong to a new namespace.
   */
  private CompletableFuture<Void> deleteSameIncarnation(
      Namespace namespace, KnownNamespace first, Runnable begun, int tries) {
    return registry
        .look(namespace)
        .thenCompose(
            found ->
                found
                            .filter(now -> now.isSameIncarnationAs(first.record().getIncarnation()))
                            .isEmpty()
                        || found.get().isDeleted()
                    ? CompletableFuture.completedFuture(null)
                    : delete(namespace, found, begun, tries));
  }

  private CompletableFuture<Void> delete(
      Namespace namespace, Optional<KnownNamespace> found, Runnable begun, int tries) {
    StoreException refusal = refusal(namespace, found, tries);
    if (refusal != null) {
      return CompletableFuture.failedFuture(refusal);
    }
    begun.run();
    KnownNamespace existing = found.orElseThrow();
    return existing.isBeingDeleted()
        ? finish(existing).thenAccept(unused -> {})
        : delete(existing)
            .thenCompose(
                deleted ->
                    deleted
                        ? CompletableFuture.completedFuture(null)
                        : deleteSameIncarnation(namespace, existing, begun, tries - 1));
  }

  private static @Nullable StoreException refusal(
      Namespace namespace, Optional<KnownNamespace> found, int tries) {
    if (found.isEmpty() || found.get().isDeleted()) {
      return StoreException.namespaceNotFound(namespace);
    }
    return tries == 0
        ? StoreException.storeUnavailable(
            "namespace " + namespace + " is being changed by other nodes")
        : found.get().fault().orElse(null);
  }

  /** Deletes the namespace. Returns false if another node changed its record meanwhile. */
  CompletableFuture<Boolean> delete(KnownNamespace found) {
    NamespaceRecord deleting =
        NamespaceRecords.in(NamespaceState.NAMESPACE_STATE_DELETING, found.record());
    return JetStreamErrors.decided(
            api.isDiskFull() ? deleteThenRecord(deleting, found) : record(deleting, found))
        .thenCompose(
            now ->
                now.isBeingDeleted() && now.isSameIncarnationAs(deleting.getIncarnation())
                    ? finish(now).thenApply(unused -> true)
                    : CompletableFuture.completedFuture(false));
  }

  private CompletableFuture<KnownNamespace> record(NamespaceRecord deleting, KnownNamespace found) {
    return registry
        .put(deleting, found.revision())
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isFull(JetStreamErrors.failure(thrown))
                    ? deleteThenRecord(deleting, found)
                    : CompletableFuture.failedFuture(thrown));
  }

  /** Deletes the streams to free space for the record. Returns the registry's record afterwards. */
  private CompletableFuture<KnownNamespace> deleteThenRecord(
      NamespaceRecord deleting, KnownNamespace found) {
    LOG.warn(
        "the store is too full to record the deletion of namespace {}: deleting its data first",
        found.name());
    return deleteStreams(found.record())
        .thenCompose(unused -> registry.putAfterFreeingSpace(deleting, found.revision()))
        .exceptionallyCompose(
            thrown ->
                CompletableFuture.failedFuture(
                    JetStreamErrors.isFull(JetStreamErrors.failure(thrown))
                        ? StoreException.storeFull(
                            "the data of namespace "
                                + found.name()
                                + " was deleted, but the store is still too full to record this:"
                                + " free more space, then delete the namespace again")
                        : thrown));
  }

  /**
   * Deletes the streams of a namespace and then records that it is deleted. If there is no space
   * for the record, the next node that finds DELETING writes it.
   */
  CompletableFuture<KnownNamespace> finish(KnownNamespace found) {
    NamespaceRecord deleted =
        NamespaceRecords.in(NamespaceState.NAMESPACE_STATE_DELETED, found.record());
    return deleteStreams(found.record())
        .thenCompose(unused -> registry.putNext(deleted, found.revision()))
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isFull(JetStreamErrors.failure(thrown))
                    ? CompletableFuture.completedFuture(
                        new KnownNamespace(deleted, found.revision()))
                    : CompletableFuture.failedFuture(thrown));
  }

  /** Deletes those streams of an incarnation that exist. */
  CompletableFuture<Void> deleteStreams(NamespaceRecord record) {
    Stream<String> logs = NamespaceRecords.info(record).logs().stream().map(SubjectCodec::stream);
    Stream<String> snapshots =
        Stream.of(SubjectCodec.snapshotStream(NamespaceRecords.info(record)));
    return CompletableFuture.allOf(
        Stream.concat(logs, snapshots).map(api::deleteStream).toArray(CompletableFuture<?>[]::new));
  }
}
