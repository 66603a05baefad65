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
 * Deletes namespaces: DELETING is written first, then the streams are deleted, then DELETED is
 * written. Any number of nodes may do so at once, and whoever meets DELETING finishes what another
 * began.
 *
 * <p>A full store takes no record, so there the streams go first and their room takes the record. A
 * node that dies between the two leaves a namespace that says ACTIVE and has no streams: saves and
 * reads of it fail as of a log that was lost, nothing is made in its place, and deleting it again
 * completes it. Where only DELETED has no room, the namespace is gone all the same.
 *
 * <p>Futures fail with a StoreException where something was decided, else with a {@link
 * JetStreamFailure}.
 */
final class NamespaceDeletion {
  private static final Logger LOG = LoggerFactory.getLogger(NamespaceDeletion.class);

  /** How often another node may be faster before that is a failure. */
  private static final int TRIES = 10;

  private final JetStreamApi api;
  private final RegistryStream registry;

  NamespaceDeletion(JetStreamApi api, RegistryStream registry) {
    this.api = api;
    this.registry = registry;
  }

  /**
   * Deletes a namespace that there is.
   *
   * @param begun is run before anything is written
   */
  CompletableFuture<Void> delete(Namespace namespace, Runnable begun) {
    return registry.look(namespace).thenCompose(found -> delete(namespace, found, begun, TRIES));
  }

  /**
   * Deletes the incarnation that was found first and no other: when this node's word was lost and
   * another finished it, what has the name now is somebody else's.
   */
  private CompletableFuture<Void> deleteStill(
      Namespace namespace, KnownNamespace first, Runnable begun, int tries) {
    return registry
        .look(namespace)
        .thenCompose(
            found ->
                found
                            .filter(now -> now.isSameIncarnationAs(first.record().getIncarnation()))
                            .isEmpty()
                        || found.get().isGone()
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
    KnownNamespace there = found.orElseThrow();
    return there.isBeingDeleted()
        ? finish(there).thenAccept(gone -> {})
        : delete(there)
            .thenCompose(
                deleted ->
                    deleted
                        ? CompletableFuture.completedFuture(null)
                        : deleteStill(namespace, there, begun, tries - 1));
  }

  private static @Nullable StoreException refusal(
      Namespace namespace, Optional<KnownNamespace> found, int tries) {
    if (found.isEmpty() || found.get().isGone()) {
      return StoreException.namespaceNotFound(namespace);
    }
    return tries == 0
        ? StoreException.storeUnavailable(
            "namespace " + namespace + " is being changed by other nodes")
        : found.get().fault().orElse(null);
  }

  /** Deletes what was found. False if another node changed its record meanwhile. */
  CompletableFuture<Boolean> delete(KnownNamespace found) {
    NamespaceRecord deleting =
        NamespaceRecords.in(NamespaceState.NAMESPACE_STATE_DELETING, found.record());
    return JetStreamErrors.decided(
            api.isDiskFull() ? deleteThenRecord(deleting, found) : record(deleting, found))
        .thenCompose(
            now ->
                now.isBeingDeleted() && now.isSameIncarnationAs(deleting.getIncarnation())
                    ? finish(now).thenApply(gone -> true)
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

  /** Makes the room that the record takes. Returns what the registry has then. */
  private CompletableFuture<KnownNamespace> deleteThenRecord(
      NamespaceRecord deleting, KnownNamespace found) {
    LOG.warn(
        "the store is too full to record the deletion of namespace {}: deleting its data first",
        found.name());
    return deleteStreams(found.record())
        .thenCompose(gone -> registry.putIntoNewRoom(deleting, found.revision()))
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
   * Deletes the streams of a namespace that is being deleted, and records that it is gone; where
   * there is no room to record it, whoever meets it next does.
   */
  CompletableFuture<KnownNamespace> finish(KnownNamespace found) {
    NamespaceRecord deleted =
        NamespaceRecords.in(NamespaceState.NAMESPACE_STATE_DELETED, found.record());
    return deleteStreams(found.record())
        .thenCompose(gone -> registry.put(deleted, found.revision()))
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isFull(JetStreamErrors.failure(thrown))
                    ? CompletableFuture.completedFuture(
                        new KnownNamespace(deleted, found.revision()))
                    : CompletableFuture.failedFuture(thrown));
  }

  /** Deletes what there is of an incarnation's streams. */
  CompletableFuture<Void> deleteStreams(NamespaceRecord record) {
    Stream<String> logs = NamespaceRecords.info(record).logs().stream().map(SubjectCodec::stream);
    Stream<String> snapshots =
        Stream.of(SubjectCodec.snapshotStream(NamespaceRecords.info(record)));
    return CompletableFuture.allOf(
        Stream.concat(logs, snapshots).map(api::deleteStream).toArray(CompletableFuture<?>[]::new));
  }
}
