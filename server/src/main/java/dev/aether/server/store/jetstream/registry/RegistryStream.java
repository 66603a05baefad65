package dev.aether.server.store.jetstream.registry;

import dev.aether.server.event.Exceptions;
import dev.aether.server.event.GroupCommitThresholds;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.damage.LogCondition;
import dev.aether.server.store.jetstream.format.NamespaceRecords;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.PublishHeaders;
import dev.aether.server.store.jetstream.write.Step;
import dev.aether.server.store.jetstream.write.WritePolicy;
import dev.aether.server.store.jetstream.write.Writer;
import dev.aether.server.wire.NamespaceRecord;
import dev.aether.server.wire.NamespaceState;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry's stream. It has one record per name, which is read from the leader and changed by
 * compare-and-set. If two nodes change a namespace concurrently, one wins, and the other sees the
 * winner's record. Every record read is added to this node's copy. Futures fail with a {@link
 * JetStreamFailure}.
 */
final class RegistryStream {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryStream.class);

  /** How long writing a record may take. */
  private static final Duration PUT_WITHIN = Duration.ofSeconds(5);

  private static final Duration FREED_SPACE_PAUSE = Duration.ofMillis(250);

  private final JetStreamApi api;
  private final Writer writer;
  private final RegistryCopy copy;

  RegistryStream(JetStreamApi api, Writer writer, RegistryCopy copy) {
    this.api = api;
    this.writer = writer;
    this.copy = copy;
  }

  /**
   * Creates the stream if it does not exist, raises the number of its replicas, and reads the
   * store's identity.
   */
  static CompletableFuture<Long> open(JetStreamApi api, int replicas) {
    return api.info(StreamConfigs.REGISTRY)
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isStreamMissing(JetStreamErrors.failure(thrown))
                    ? api.createStream(StreamConfigs.registry(replicas))
                    : CompletableFuture.failedFuture(thrown))
        .thenCompose(stream -> raised(api, stream, replicas))
        .thenCompose(stream -> identity(api));
  }

  /**
   * Without the registry no node can start. So it gets as many replicas as the namespaces that this
   * node creates, also if the first node created it with fewer. It is never lowered, since a node
   * whose setting was forgotten would do that.
   */
  private static CompletableFuture<StreamInfo> raised(
      JetStreamApi api, StreamInfo stream, int replicas) {
    int before = stream.getConfiguration().getReplicas();
    if (before >= replicas) {
      return CompletableFuture.completedFuture(stream);
    }
    return api.updateStream(
            StreamConfiguration.builder(stream.getConfiguration()).replicas(replicas).build())
        .handle(
            (updated, thrown) -> {
              if (thrown == null) {
                LOG.info("the registry has {} replicas now instead of {}", replicas, before);
                return updated;
              }
              LOG.warn(
                  "the registry has {} replicas instead of the {} of --replicas, and cannot get more"
                      + " now: {}",
                  before,
                  replicas,
                  JetStreamErrors.failure(thrown).getMessage());
              return stream;
            });
  }

  /** Returns the store's identity. The first node writes it, and all nodes read it. */
  private static CompletableFuture<Long> identity(JetStreamApi api) {
    byte[] drawn = ByteBuffer.allocate(Long.BYTES).putLong(new SecureRandom().nextLong()).array();
    return lastIdentity(api)
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(found)
                    : publish(api, StreamConfigs.IDENTITY_SUBJECT, 0, drawn)
                        .handle((sequence, thrown) -> sequence)
                        .thenCompose(tried -> lastIdentity(api)))
        .thenApply(
            found ->
                ByteBuffer.wrap(
                        found
                            .orElseThrow(
                                () -> JetStreamFailure.noAnswer("the store has no identity"))
                            .body())
                    .getLong());
  }

  private static CompletableFuture<Optional<StoredMessage>> lastIdentity(JetStreamApi api) {
    return api.lastFromLeader(StreamConfigs.REGISTRY, StreamConfigs.IDENTITY_SUBJECT);
  }

  private static CompletableFuture<Long> publish(
      JetStreamApi api, String subject, long expected, byte[] body) {
    return api.publish(
        StreamConfigs.REGISTRY,
        subject,
        PublishHeaders.expecting(StreamConfigs.REGISTRY, expected),
        body);
  }

  /**
   * The leader's record of a name. A missing record is only believed if the leader counts none
   * either.
   */
  CompletableFuture<Optional<KnownNamespace>> look(Namespace namespace) {
    String subject = StreamConfigs.NAMESPACE_SUBJECTS + namespace.name();
    return api.lastFromLeader(StreamConfigs.REGISTRY, subject)
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(found)
                    : noneOrUnreadable(namespace, subject))
        .thenApply(found -> found.map(message -> copy.learn(KnownNamespace.of(message))));
  }

  /**
   * Distinguishes a missing record from an unreadable one: JetStream returns neither, but counts
   * the latter.
   */
  private CompletableFuture<Optional<StoredMessage>> noneOrUnreadable(
      Namespace namespace, String subject) {
    return api.info(StreamConfigs.REGISTRY, subject)
        .thenCompose(
            info ->
                LogCondition.of(info, subject).ofSubject() == 0
                    ? CompletableFuture.completedFuture(Optional.<StoredMessage>empty())
                    : api.lastFromLeader(StreamConfigs.REGISTRY, subject)
                        .thenApply(
                            found -> {
                              if (found.isEmpty()) {
                                throw lost(
                                    namespace, "JetStream has the record but cannot read it");
                              }
                              return found;
                            }));
  }

  /** Reports that the registry's record of a namespace is lost. */
  static StoreException lost(Namespace namespace, String why) {
    LOG.error("the registry record of namespace {} is damaged: {}", namespace, why);
    return new StoreException.CorruptRecord(
        "", 0, 0, "the registry record of namespace " + namespace + " is damaged: " + why);
  }

  /** The sequence of the leader's latest record. */
  CompletableFuture<Long> lastSequence() {
    return api.info(StreamConfigs.REGISTRY)
        .thenApply(stream -> stream.getStreamState().getLastSequence());
  }

  /**
   * Writes the first record of a change if the name's last one has this revision. Fails with {@link
   * StoreException.Overloaded} if too many changes are waiting; then nothing was changed.
   *
   * @return the leader's record afterwards: this one or, if another node was faster, that node's
   */
  CompletableFuture<KnownNamespace> put(NamespaceRecord record, long revision) {
    return put(new RecordPolicy(record, revision, Optional.empty()));
  }

  /**
   * Writes a later record of a change. What was begun may be completed by another call, so this
   * does not fail with a StoreException if too many changes are waiting.
   */
  CompletableFuture<KnownNamespace> putNext(NamespaceRecord record, long revision) {
    return undecided(put(record, revision));
  }

  /**
   * Writes a later record of a change after space was freed. JetStream's servers learn of that one
   * after another. Attempts are less frequent, since each refusal for lack of space makes the
   * leader of a replicated stream step down.
   */
  CompletableFuture<KnownNamespace> putAfterFreeingSpace(NamespaceRecord record, long revision) {
    return undecided(put(new RecordPolicy(record, revision, Optional.of(FREED_SPACE_PAUSE))));
  }

  private CompletableFuture<KnownNamespace> put(RecordPolicy policy) {
    return writer.write(
        policy.record.getNamespace(), 0, policy, System.nanoTime() + PUT_WITHIN.toNanos());
  }

  private static CompletableFuture<KnownNamespace> undecided(
      CompletableFuture<KnownNamespace> put) {
    return put.exceptionallyCompose(
        thrown ->
            CompletableFuture.failedFuture(
                Exceptions.unwrap(thrown) instanceof StoreException.Overloaded overloaded
                    ? JetStreamFailure.notDelivered(String.valueOf(overloaded.getMessage()))
                    : thrown));
  }

  /** Writes a record for a name whose last record has a certain revision. */
  private final class RecordPolicy implements WritePolicy<Namespace, Head, KnownNamespace> {
    private final NamespaceRecord record;
    private final long revision;
    private final Optional<Duration> fullPause;

    /** The last refusal for lack of space, if space is being freed. */
    private volatile @Nullable JetStreamFailure full;

    RecordPolicy(NamespaceRecord record, long revision, Optional<Duration> fullPause) {
      this.record = record;
      this.revision = revision;
      this.fullPause = fullPause;
    }

    @Override
    public String name() {
      return "the record of namespace " + record.getNamespace();
    }

    @Override
    public CompletableFuture<SubjectSearch<Namespace, KnownNamespace>> findSubject() {
      return CompletableFuture.completedFuture(
          new SubjectSearch.Found<>(new Namespace(record.getNamespace())));
    }

    @Override
    public CompletableFuture<Boolean> isCurrent(Namespace namespace) {
      return CompletableFuture.completedFuture(true);
    }

    @Override
    public Optional<Head> knownHead(Namespace namespace) {
      return Optional.of(new Head(revision, Optional.empty()));
    }

    @Override
    public CompletableFuture<Head> readHead(Namespace namespace) {
      return look(namespace)
          .thenApply(found -> new Head(found.map(KnownNamespace::revision).orElse(0L), found));
    }

    @Override
    public long sequence(Head head) {
      return head.revision();
    }

    @Override
    public Step<KnownNamespace> decide(
        Namespace namespace, Head head, boolean isFromLeader, boolean isAgain) {
      return new Step.Publish<>(
          StreamConfigs.REGISTRY,
          StreamConfigs.NAMESPACE_SUBJECTS + namespace.name(),
          revision,
          PublishHeaders.expecting(StreamConfigs.REGISTRY, revision),
          NamespaceRecords.encode(record),
          GroupCommitThresholds.NEVER,
          freesSpace(),
          sequence -> copy.learn(new KnownNamespace(record, sequence)));
    }

    private boolean freesSpace() {
      return record.getState() == NamespaceState.NAMESPACE_STATE_DELETING
          || record.getState() == NamespaceState.NAMESPACE_STATE_DELETED;
    }

    /** Another node was faster, or this record was stored without an acknowledgement. */
    @Override
    public Step<KnownNamespace> overtaken(
        Namespace namespace, Head head, long publishedBehind, boolean isUncertain) {
      return new Step.Done<>(head.record().orElseThrow());
    }

    @Override
    public Optional<Step<KnownNamespace>> refused(
        Namespace namespace, long publishedBehind, JetStreamFailure why) {
      if (!JetStreamErrors.isFull(why) || fullPause.isEmpty()) {
        return Optional.empty();
      }
      full = why;
      return Optional.of(new Step.Retry<>(why, fullPause.get()));
    }

    @Override
    public Throwable failure(Throwable why, boolean isUncertain) {
      if (isUncertain) {
        return JetStreamFailure.noAnswer(String.valueOf(why.getMessage()));
      }
      JetStreamFailure lastFull = full;
      return lastFull == null ? why : lastFull;
    }
  }

  /**
   * The leader's record of a name.
   *
   * @param revision the revision of its last record; 0: there is none
   * @param record that record, if it was read
   */
  private record Head(long revision, Optional<KnownNamespace> record) {}
}
