package dev.aether.server.store.jetstream.registry;

import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Namespaces.Info;
import dev.aether.server.store.Namespaces.Settings;
import dev.aether.server.store.jetstream.format.NamespaceRecords;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.wire.NamespaceRecord;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Changes the replicas and the size limit of namespaces while they are used. The record never
 * promises more copies than there are: it is written before the streams if there will be fewer, and
 * otherwise when all new replicas have caught up. If a node stops in between, the record has the
 * smaller number, and the same call again completes the change.
 *
 * <p>Several nodes may update one namespace at the same time. If another node changed the record
 * meanwhile, or a stream does not have the configuration in the end, the update starts over; so the
 * last one wins, and its record and its streams agree.
 *
 * <p>Futures fail with a StoreException if the outcome was decided, and otherwise with a {@link
 * JetStreamFailure}.
 */
final class NamespaceUpdate {
  /** How often other nodes may change the namespace first before the call fails. */
  private static final int TRIES = 10;

  /**
   * From a record with fewer replicas to the update of the streams. Other nodes hear of the record
   * within milliseconds, and promise the old number until then.
   */
  private static final Duration NEWS_PAUSE = Duration.ofSeconds(1);

  /** How often it is checked whether new replicas have caught up. */
  private static final Duration REPLICAS_POLL = Duration.ofMillis(100);

  private static final CompletableFuture<@Nullable Void> DONE =
      CompletableFuture.completedFuture(null);

  private final JetStreamApi api;
  private final Timers timers;
  private final RegistryStream registry;
  private final NamespaceCreation creation;

  NamespaceUpdate(
      JetStreamApi api, Timers timers, RegistryStream registry, NamespaceCreation creation) {
    this.api = api;
    this.timers = timers;
    this.registry = registry;
    this.creation = creation;
  }

  /**
   * Changes an existing namespace.
   *
   * @param begun runs before anything is written
   * @param deadline after which nothing more is tried, as {@link System#nanoTime}
   */
  CompletableFuture<Info> update(
      Namespace namespace, Settings settings, long deadline, Runnable begun) {
    return creation
        .look(namespace)
        .thenCompose(
            found ->
                new Change(
                        namespace,
                        found
                            .orElseThrow(() -> StoreException.namespaceNotFound(namespace))
                            .incarnation(),
                        settings,
                        deadline,
                        begun)
                    .begin(TRIES));
  }

  /** One update of one incarnation. */
  private final class Change {
    private final Namespace namespace;
    private final String incarnation;
    private final Settings settings;
    private final long deadline;
    private final Runnable begun;

    Change(
        Namespace namespace, String incarnation, Settings settings, long deadline, Runnable begun) {
      this.namespace = namespace;
      this.incarnation = incarnation;
      this.settings = settings;
      this.deadline = deadline;
      this.begun = begun;
    }

    CompletableFuture<Info> begin(int tries) {
      if (tries == 0) {
        return CompletableFuture.failedFuture(
            JetStreamFailure.noAnswer(
                "namespace " + namespace + " is being changed by other nodes"));
      }
      return registry
          .look(namespace)
          .thenCompose(
              found -> {
                KnownNamespace before =
                    found
                        .filter(now -> now.isSameIncarnationAs(incarnation))
                        .filter(now -> now.usable().isPresent())
                        .orElseThrow(() -> StoreException.namespaceNotFound(namespace));
                return change(before, target(before.record()), tries);
              });
    }

    private NamespaceRecord target(NamespaceRecord before) {
      return before.toBuilder()
          .setReplicas(settings.replicas() == 0 ? before.getReplicas() : settings.replicas())
          .setMaxBytes(settings.maxBytes())
          .build();
    }

    private CompletableFuture<Info> change(
        KnownNamespace before, NamespaceRecord target, int tries) {
      boolean fewer = target.getReplicas() < before.record().getReplicas();
      return checkSize(target)
          .thenCompose(
              fits -> {
                begun.run();
                return fewer
                    ? write(target, before).thenCompose(now -> after(NEWS_PAUSE, () -> now))
                    : CompletableFuture.completedFuture(before);
              })
          .thenCompose(
              now ->
                  fewer && !now.record().equals(target)
                      ? begin(tries - 1)
                      : streams(target)
                          .thenCompose(updated -> write(target, now))
                          .thenCompose(written -> verified(target, tries)));
    }

    /** Writes the record, unless it is there. Returns the registry's record afterwards. */
    private CompletableFuture<KnownNamespace> write(NamespaceRecord target, KnownNamespace now) {
      return now.record().equals(target)
          ? CompletableFuture.completedFuture(now)
          : registry.putNext(target, now.revision());
    }

    /**
     * Begins again unless the record and the streams are as wanted. Another update may have changed
     * either of them meanwhile; whichever update ends last sees what both have left.
     */
    private CompletableFuture<Info> verified(NamespaceRecord target, int tries) {
      CompletableFuture<Boolean> asWanted =
          registry
              .look(namespace)
              .thenApply(
                  found -> found.map(KnownNamespace::record).filter(target::equals).isPresent());
      for (String stream : streamNames(target)) {
        asWanted =
            asWanted.thenCombine(
                find(stream),
                (others, found) ->
                    others
                        && (found.isEmpty()
                            || found.get().getConfiguration().getReplicas()
                                == target.getReplicas()));
      }
      return asWanted.thenCompose(
          right ->
              right
                  ? CompletableFuture.completedFuture(NamespaceRecords.info(target))
                  : begin(tries - 1));
    }

    /**
     * JetStream accepts a limit below what a stream has, and then no more messages; nothing would
     * be deleted, but that is hardly what was wanted.
     */
    private CompletableFuture<@Nullable Void> checkSize(NamespaceRecord target) {
      if (target.getMaxBytes() == 0) {
        return DONE;
      }
      CompletableFuture<@Nullable Void> checked = DONE;
      for (String log : logs(target)) {
        checked =
            checked
                .thenCompose(others -> api.info(log))
                .thenAccept(info -> Namespaces.checkLimit(target.getMaxBytes(), bytes(info)));
      }
      return checked;
    }

    private static long bytes(StreamInfo info) {
      return info.getStreamState().getByteCount();
    }

    /** Updates all streams, and waits until they have their replicas. */
    private CompletableFuture<@Nullable Void> streams(NamespaceRecord target) {
      CompletableFuture<@Nullable Void> updated = DONE;
      for (String stream : streamNames(target)) {
        updated = updated.thenCompose(others -> stream(stream, target));
      }
      for (String stream : streamNames(target)) {
        updated = updated.thenCompose(others -> awaitReplicas(stream, target));
      }
      return updated;
    }

    private CompletableFuture<@Nullable Void> stream(String stream, NamespaceRecord target) {
      return find(stream)
          .thenCompose(
              found -> {
                if (found.isEmpty()) {
                  return DONE;
                }
                StreamConfiguration now = found.get().getConfiguration();
                long maxBytes =
                    logs(target).contains(stream) && target.getMaxBytes() > 0
                        ? target.getMaxBytes()
                        : -1;
                return now.getReplicas() == target.getReplicas() && now.getMaxBytes() == maxBytes
                    ? DONE
                    : updated(
                        StreamConfiguration.builder(now)
                            .replicas(target.getReplicas())
                            .maxBytes(maxBytes)
                            .build());
              });
    }

    /** A cluster does not always respond to an update, but the poll for replicas tells. */
    private CompletableFuture<@Nullable Void> updated(StreamConfiguration config) {
      return api.updateStream(config)
          .<@Nullable Void>thenApply(info -> null)
          .exceptionallyCompose(
              thrown -> {
                JetStreamFailure failure = JetStreamErrors.failure(thrown);
                return failure.kind() == JetStreamFailure.Kind.NO_ANSWER
                    ? DONE
                    : CompletableFuture.failedFuture(refusal(failure, config.getReplicas()));
              });
    }

    private static Throwable refusal(JetStreamFailure failure, int replicas) {
      return JetStreamErrors.isTooManyReplicas(failure)
          ? NamespaceCreation.tooManyReplicas(replicas, failure)
          : failure.kind() == JetStreamFailure.Kind.REFUSED
              ? JetStreamErrors.toStoreException(failure)
              : failure;
    }

    private CompletableFuture<@Nullable Void> awaitReplicas(String stream, NamespaceRecord target) {
      return find(stream)
          .thenCompose(
              found -> {
                if (found.isEmpty()
                    || StreamConfigs.hasReplicas(found.get(), target.getReplicas())) {
                  return DONE;
                }
                return System.nanoTime() > deadline
                    ? CompletableFuture.failedFuture(
                        JetStreamFailure.noAnswer("the new replicas have not caught up yet"))
                    : after(REPLICAS_POLL, () -> stream)
                        .thenCompose(again -> awaitReplicas(again, target));
              });
    }
  }

  private static List<String> logs(NamespaceRecord record) {
    return NamespaceRecords.info(record).logs().stream().map(SubjectCodec::stream).toList();
  }

  private static List<String> streamNames(NamespaceRecord record) {
    return Stream.concat(
            logs(record).stream(),
            Stream.of(SubjectCodec.snapshotStream(NamespaceRecords.info(record))))
        .toList();
  }

  /** A stream; empty for that of the snapshots, if there are none yet. */
  private CompletableFuture<Optional<StreamInfo>> find(String stream) {
    return api.info(stream)
        .thenApply(Optional::of)
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isStreamMissing(JetStreamErrors.failure(thrown))
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : CompletableFuture.failedFuture(thrown));
  }

  private <T> CompletableFuture<T> after(Duration pause, Supplier<T> value) {
    CompletableFuture<T> later = new CompletableFuture<>();
    CatchAll guard = new CatchAll("an update of a namespace", later::completeExceptionally);
    var unused = timers.after(pause, guard.of(() -> later.complete(value.get())));
    return later;
  }
}
