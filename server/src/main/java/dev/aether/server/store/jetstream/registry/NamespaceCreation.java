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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Makes namespaces: CREATING is written first, then the streams are made, then ACTIVE is written.
 * Any number of nodes may do so at once: whose record comes first, that one's namespace it is, and
 * whoever meets CREATING or DELETING finishes what another began. Futures fail with a
 * StoreException where something was decided, else with a {@link JetStreamFailure}.
 */
final class NamespaceCreation {
  /** A cluster has no more namespaces: every node keeps them all in memory. */
  private static final int MAX_NAMESPACES = 100_000;

  /** How often others may be half done with a name, one after another, before that is a failure. */
  private static final int TRIES = 10;

  private final JetStreamApi api;
  private final RegistryCopy copy;
  private final RegistryStream registry;
  private final NamespaceDeletion deleting;
  private final int defaultReplicas;

  /** Records of new namespaces that are being written; {@link RegistryCopy} doesn't know them. */
  private final AtomicInteger underWay = new AtomicInteger();

  /**
   * @param defaultReplicas of a namespace whose settings leave it open
   */
  private static final CompletableFuture<@Nullable Void> NOTHING_LOST =
      CompletableFuture.completedFuture(null);

  NamespaceCreation(
      JetStreamApi api,
      RegistryCopy copy,
      RegistryStream registry,
      NamespaceDeletion deleting,
      int defaultReplicas) {
    this.api = api;
    this.copy = copy;
    this.registry = registry;
    this.deleting = deleting;
    this.defaultReplicas = defaultReplicas;
  }

  /**
   * The namespace as the leader has it; what another node began is finished first. Where there is
   * no room to finish a making, nothing was ever saved to it: it is not there yet.
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

  /** What the leader has of a name once nothing is half done: usable, gone, or nothing. */
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
    if (!found.isBeingMade() && !found.isBeingDeleted()) {
      return CompletableFuture.completedFuture(found);
    }
    if (tries == 0) {
      return CompletableFuture.failedFuture(
          StoreException.storeUnavailable(
              "namespace " + found.name() + " is being changed by other nodes"));
    }
    CompletableFuture<KnownNamespace> finished =
        found.isBeingMade() ? finish(found) : deleting.finish(found);
    return finished.thenCompose(now -> settled(now, tries - 1));
  }

  /**
   * The namespace; made if there is none.
   *
   * @param limit none is made where there are so many, counting those that are being made; 0: never
   */
  CompletableFuture<Info> findOrMake(Namespace namespace, int limit) {
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
              if (copy.count() + underWay.get() >= limit) {
                return CompletableFuture.failedFuture(
                    Namespaces.autoCreateLimitReached(namespace, limit));
              }
              return register(record(namespace, Settings.DEFAULT), found)
                  .thenCompose(now -> settled(now, TRIES))
                  .thenApply(NamespaceCreation::made);
            });
  }

  /**
   * Makes a namespace that there is not.
   *
   * @param begun is run before anything is written
   */
  CompletableFuture<Info> make(Namespace namespace, Settings settings, Runnable begun) {
    return settled(namespace, TRIES)
        .thenCompose(
            found -> {
              if (found.flatMap(KnownNamespace::usable).isPresent()) {
                return CompletableFuture.failedFuture(StoreException.namespaceExists(namespace));
              }
              begun.run();
              NamespaceRecord ours = record(namespace, settings);
              return JetStreamErrors.decided(register(ours, found))
                  .thenCompose(
                      now ->
                          now.isSameIncarnationAs(ours.getIncarnation())
                              ? finishOrAbandon(now, settings)
                              : CompletableFuture.failedFuture(
                                  StoreException.namespaceExists(namespace)));
            });
  }

  private NamespaceRecord record(Namespace namespace, Settings settings) {
    int replicas = settings.replicas() == 0 ? defaultReplicas : settings.replicas();
    return NamespaceRecords.creating(namespace, replicas, settings.maxBytes());
  }

  /** Writes that a namespace is being made. Returns what the registry has then. */
  private CompletableFuture<KnownNamespace> register(
      NamespaceRecord record, Optional<KnownNamespace> gone) {
    if (copy.count() + underWay.get() >= MAX_NAMESPACES) {
      return CompletableFuture.failedFuture(
          StoreException.storeFull(
              "the store has the maximum number of namespaces, " + MAX_NAMESPACES));
    }
    underWay.incrementAndGet();
    return (gone.isPresent() ? NOTHING_LOST : withoutLog(new Namespace(record.getNamespace())))
        .thenCompose(free -> registry.put(record, gone.map(KnownNamespace::revision).orElse(0L)))
        .whenComplete((now, thrown) -> underWay.decrementAndGet());
  }

  /**
   * A name that the registry does not know has no log: a record that is written before the log is
   * made, and never deleted, would be lost. Made anew, the namespace would hide what it had.
   */
  private CompletableFuture<@Nullable Void> withoutLog(Namespace namespace) {
    return api.streamNames()
        .thenCompose(
            names -> {
              Optional<String> log =
                  names.stream().filter(name -> SubjectCodec.isLogOf(namespace, name)).findFirst();
              return log.isPresent()
                  ? registry
                      .look(namespace)
                      .thenAccept(now -> checkKnown(namespace, now, log.get()))
                  : NOTHING_LOST;
            });
  }

  /** Somebody may have registered the namespace and made its log meanwhile. */
  private static void checkKnown(Namespace namespace, Optional<KnownNamespace> now, String log) {
    if (now.isEmpty()) {
      throw RegistryStream.lost(namespace, "there is none, but its log " + log + " is there");
    }
  }

  /**
   * @throws StoreException with reason STORE_UNAVAILABLE if it is not usable: somebody deleted it
   */
  private static Info made(KnownNamespace now) {
    return now.usable()
        .orElseThrow(
            () ->
                StoreException.storeUnavailable(
                    "namespace " + now.name() + " was deleted while it was being created"));
  }

  /** Makes the streams of a namespace that is being made. Returns what the registry has then. */
  private CompletableFuture<KnownNamespace> finish(KnownNamespace found) {
    NamespaceRecord record = found.record();
    CompletableFuture<?>[] streams =
        NamespaceRecords.info(record).logs().stream()
            .map(log -> LogStream.of(log, record.getReplicas()))
            .map(stream -> api.createStream(StreamConfigs.log(record, stream)))
            .toArray(CompletableFuture<?>[]::new);
    NamespaceRecord active = NamespaceRecords.in(NamespaceState.NAMESPACE_STATE_ACTIVE, record);
    return CompletableFuture.allOf(streams)
        .thenCompose(made -> registry.put(active, found.revision()))
        .thenCompose(now -> withoutRemains(record, now));
  }

  /** Somebody may have deleted the streams before they were made here. */
  private CompletableFuture<KnownNamespace> withoutRemains(
      NamespaceRecord record, KnownNamespace now) {
    boolean wanted =
        now.isSameIncarnationAs(record.getIncarnation()) && !now.isBeingDeleted() && !now.isGone();
    return wanted || now.fault().isPresent()
        ? CompletableFuture.completedFuture(now)
        : deleting.deleteStreams(record).thenApply(deleted -> now);
  }

  /** What JetStream refuses to make leaves nothing behind. */
  private CompletableFuture<Info> finishOrAbandon(KnownNamespace registered, Settings settings) {
    return finish(registered)
        .thenApply(NamespaceCreation::made)
        .exceptionallyCompose(
            thrown -> {
              if (Exceptions.unwrap(thrown) instanceof StoreException decided) {
                return CompletableFuture.failedFuture(decided);
              }
              JetStreamFailure failure = JetStreamErrors.failure(thrown);
              if (failure.kind() != JetStreamFailure.Kind.REFUSED) {
                // The registry has it, and whoever meets it finishes it.
                return CompletableFuture.failedFuture(
                    JetStreamFailure.noAnswer(failure.getMessage()));
              }
              return deleting
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
        ? new StoreException.InvalidRequest(
            "config.replicas",
            "is "
                + settings.replicas()
                + ", which is more than this NATS cluster can provide: "
                + failure.getMessage())
        : JetStreamErrors.toStoreException(failure);
  }
}
