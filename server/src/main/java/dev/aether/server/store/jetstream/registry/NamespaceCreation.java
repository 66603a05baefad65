package dev.aether.server.store.jetstream.registry;

import dev.aether.server.event.Exceptions;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Namespaces.Info;
import dev.aether.server.store.Namespaces.Settings;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.format.NamespaceRecords;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.wire.NamespaceRecord;
import dev.aether.server.wire.NamespaceState;
import io.nats.client.api.StreamConfiguration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Creates namespaces: writes CREATING, then creates the streams, then writes ACTIVE. Several nodes
 * may do so concurrently. The first record wins, and every node that finds CREATING or DELETING
 * completes what another node started. Futures fail with a StoreException if the outcome was
 * decided, and otherwise with a {@link JetStreamFailure}.
 */
final class NamespaceCreation {
  /** The maximum per cluster, since every node keeps all namespaces in memory. */
  private static final int MAX_NAMESPACES = 100_000;

  /**
   * How many incomplete changes by other nodes are completed, one after another, before the call
   * fails.
   */
  private static final int TRIES = 10;

  private final JetStreamApi api;
  private final RegistryCopy copy;
  private final RegistryStream registry;
  private final NamespaceDeletion deletion;
  private final int defaultReplicas;

  /**
   * Records of new namespaces that are being written and are not in the {@link RegistryCopy} yet.
   */
  private final AtomicInteger beingWritten = new AtomicInteger();

  private static final CompletableFuture<@Nullable Void> NO_LOG =
      CompletableFuture.completedFuture(null);

  NamespaceCreation(
      JetStreamApi api,
      RegistryCopy copy,
      RegistryStream registry,
      NamespaceDeletion deletion,
      int defaultReplicas) {
    this.api = api;
    this.copy = copy;
    this.registry = registry;
    this.deletion = deletion;
    this.defaultReplicas = defaultReplicas;
  }

  /**
   * Reads the namespace from the leader and first completes a change that another node started. If
   * there is no space to complete a creation, nothing was ever saved to the namespace, so it does
   * not exist yet.
   */
  CompletableFuture<Optional<Info>> look(Namespace namespace) {
    return settled(namespace, TRIES)
        .thenApply(found -> found.flatMap(KnownNamespace::usable))
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isFull(JetStreamErrors.failure(thrown))
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : CompletableFuture.failedFuture(thrown));
  }

  /** The leader's record of a name once no change is incomplete: usable, deleted, or none. */
  private CompletableFuture<Optional<KnownNamespace>> settled(Namespace namespace, int tries) {
    return registry
        .look(namespace)
        .thenCompose(
            found ->
                found.isPresent()
                    ? settled(found.get(), tries).thenApply(Optional::of)
                    : CompletableFuture.completedFuture(found));
  }

  private CompletableFuture<KnownNamespace> settled(KnownNamespace found, int tries) {
    if (found.fault().isPresent()) {
      return CompletableFuture.failedFuture(found.fault().get());
    }
    if (!found.isBeingCreated() && !found.isBeingDeleted()) {
      return CompletableFuture.completedFuture(found);
    }
    if (tries == 0) {
      return CompletableFuture.failedFuture(
          StoreException.storeUnavailable(
              "namespace " + found.name() + " is being changed by other nodes"));
    }
    CompletableFuture<KnownNamespace> finished =
        found.isBeingCreated() ? finish(found) : deletion.finish(found);
    return finished.thenCompose(now -> settled(now, tries - 1));
  }

  /**
   * Finds the namespace, or creates it if it does not exist.
   *
   * @param limit no namespace is created if there are this many, including those being created; 0:
   *     never
   */
  CompletableFuture<Info> findOrCreate(Namespace namespace, int limit) {
    return settled(namespace, TRIES)
        .thenCompose(
            found -> {
              Optional<Info> usable = found.flatMap(KnownNamespace::usable);
              if (usable.isPresent()) {
                return CompletableFuture.completedFuture(usable.get());
              }
              if (limit == 0) {
                return CompletableFuture.failedFuture(StoreException.namespaceNotFound(namespace));
              }
              if (copy.count() + beingWritten.get() >= limit) {
                return CompletableFuture.failedFuture(
                    Namespaces.autoCreateLimitReached(namespace, limit));
              }
              return register(record(namespace, Settings.DEFAULT), found)
                  .thenCompose(now -> settled(now, TRIES))
                  .thenApply(NamespaceCreation::created);
            });
  }

  /**
   * Creates a namespace that does not exist.
   *
   * @param begun runs before anything is written
   */
  CompletableFuture<Info> create(Namespace namespace, Settings settings, Runnable begun) {
    return settled(namespace, TRIES)
        .thenCompose(
            found -> {
              if (found.flatMap(KnownNamespace::usable).isPresent()) {
                return CompletableFuture.failedFuture(StoreException.namespaceExists(namespace));
              }
              begun.run();
              NamespaceRecord own = record(namespace, settings);
              return JetStreamErrors.decided(register(own, found))
                  .thenCompose(
                      now ->
                          now.isSameIncarnationAs(own.getIncarnation())
                              ? finishOrAbandon(now, settings)
                              : CompletableFuture.failedFuture(
                                  StoreException.namespaceExists(namespace)));
            });
  }

  private NamespaceRecord record(Namespace namespace, Settings settings) {
    int replicas = settings.replicas() == 0 ? defaultReplicas : settings.replicas();
    return NamespaceRecords.creating(namespace, replicas, settings.maxBytes());
  }

  /** Writes the CREATING record. Returns the registry's record afterwards. */
  private CompletableFuture<KnownNamespace> register(
      NamespaceRecord record, Optional<KnownNamespace> deleted) {
    if (copy.count() + beingWritten.get() >= MAX_NAMESPACES) {
      return CompletableFuture.failedFuture(
          StoreException.storeFull(
              "the store has the maximum number of namespaces, " + MAX_NAMESPACES));
    }
    beingWritten.incrementAndGet();
    return (deleted.isPresent() ? NO_LOG : checkNoLog(new Namespace(record.getNamespace())))
        .thenCompose(
            noLog -> registry.put(record, deleted.map(KnownNamespace::revision).orElse(0L)))
        .whenComplete((now, thrown) -> beingWritten.decrementAndGet());
  }

  /**
   * Ensures that a name without a record has no log. The record is written before the log is
   * created, and is never deleted, so a log without a record means that the record was lost.
   * Recreating the namespace would hide its data.
   */
  private CompletableFuture<@Nullable Void> checkNoLog(Namespace namespace) {
    return api.streamNames()
        .thenCompose(
            names -> {
              Optional<String> log =
                  names.stream().filter(name -> SubjectCodec.isLogOf(namespace, name)).findFirst();
              return log.isPresent()
                  ? registry
                      .look(namespace)
                      .thenAccept(now -> checkKnown(namespace, now, log.get()))
                  : NO_LOG;
            });
  }

  /** Another node may have registered the namespace and created its log meanwhile. */
  private static void checkKnown(Namespace namespace, Optional<KnownNamespace> now, String log) {
    if (now.isEmpty()) {
      throw RegistryStream.lost(namespace, "the record is missing, but the log " + log + " exists");
    }
  }

  /**
   * @throws StoreException with reason STORE_UNAVAILABLE if it is not usable because it was deleted
   */
  private static Info created(KnownNamespace now) {
    return now.usable()
        .orElseThrow(
            () ->
                StoreException.storeUnavailable(
                    "namespace " + now.name() + " was deleted while it was being created"));
  }

  /**
   * Creates the streams of a namespace and activates it. Returns the registry's record afterwards.
   */
  private CompletableFuture<KnownNamespace> finish(KnownNamespace found) {
    NamespaceRecord record = found.record();
    CompletableFuture<?>[] streams =
        NamespaceRecords.info(record).logs().stream()
            .map(log -> LogStream.of(log, record.getReplicas()))
            .map(stream -> createOrKeep(StreamConfigs.log(record, stream)))
            .toArray(CompletableFuture<?>[]::new);
    NamespaceRecord active = NamespaceRecords.in(NamespaceState.NAMESPACE_STATE_ACTIVE, record);
    return CompletableFuture.allOf(streams)
        .thenCompose(made -> registry.putNext(active, found.revision()))
        .thenCompose(now -> deleteIfObsolete(record, now));
  }

  /**
   * Creates a stream. One that exists is kept, even if another build of Aether created it with a
   * slightly different configuration: its name contains the incarnation, so it is this log.
   */
  private CompletableFuture<?> createOrKeep(StreamConfiguration config) {
    return api.createStream(config)
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isStreamConfiguredDifferently(JetStreamErrors.failure(thrown))
                    ? api.info(config.getName())
                    : CompletableFuture.failedFuture(thrown));
  }

  /** Deletes the streams again if the namespace was deleted before they were created here. */
  private CompletableFuture<KnownNamespace> deleteIfObsolete(
      NamespaceRecord record, KnownNamespace now) {
    boolean wanted =
        now.isSameIncarnationAs(record.getIncarnation())
            && !now.isBeingDeleted()
            && !now.isDeleted();
    return wanted || now.fault().isPresent()
        ? CompletableFuture.completedFuture(now)
        : deletion.deleteStreams(record).thenApply(deleted -> now);
  }

  /** Completes a creation, or deletes the namespace if JetStream refuses to create its streams. */
  private CompletableFuture<Info> finishOrAbandon(KnownNamespace registered, Settings settings) {
    if (!registered.isBeingCreated()) {
      // The acknowledgement was lost. Meanwhile another call has completed the creation, and the
      // namespace may have been deleted again.
      return CompletableFuture.completedFuture(created(registered));
    }
    return finish(registered)
        .thenApply(NamespaceCreation::created)
        .exceptionallyCompose(
            thrown -> {
              if (Exceptions.unwrap(thrown) instanceof StoreException decided) {
                return CompletableFuture.failedFuture(decided);
              }
              JetStreamFailure failure = JetStreamErrors.failure(thrown);
              if (failure.kind() != JetStreamFailure.Kind.REFUSED) {
                // The registry has the record, and the next node that finds it completes the
                // creation.
                return CompletableFuture.failedFuture(
                    JetStreamFailure.noAnswer(failure.getMessage()));
              }
              return deletion
                  .delete(registered)
                  .thenCompose(
                      abandoned ->
                          CompletableFuture.failedFuture(
                              abandoned
                                  ? refusal(failure, settings)
                                  : JetStreamFailure.noAnswer(failure.getMessage())));
            });
  }

  private static StoreException refusal(JetStreamFailure failure, Settings settings) {
    return settings.replicas() != 0 && JetStreamErrors.isTooManyReplicas(failure)
        ? tooManyReplicas(settings.replicas(), failure)
        : JetStreamErrors.toStoreException(failure);
  }

  /** The error for more replicas than NATS has servers. */
  static StoreException tooManyReplicas(int replicas, JetStreamFailure failure) {
    return new StoreException.InvalidRequest(
        "config.replicas",
        "is "
            + replicas
            + ", which is more than this NATS cluster can provide: "
            + failure.getMessage());
  }
}
