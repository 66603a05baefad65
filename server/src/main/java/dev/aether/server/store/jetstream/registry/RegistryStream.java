package dev.aether.server.store.jetstream.registry;

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
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry's stream: one record a name, read at its leader and changed by compare-and-set, so
 * that of two nodes that change one namespace at once one wins and the other sees what the winner
 * did. What is seen goes into this node's copy. Futures fail with a {@link JetStreamFailure}.
 */
final class RegistryStream {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryStream.class);

  /** How long a record is tried to be written. */
  private static final Duration PUT_WITHIN = Duration.ofSeconds(5);

  private static final Duration NEW_ROOM_PAUSE = Duration.ofMillis(250);

  private final JetStreamApi api;
  private final Writer writer;
  private final RegistryCopy copy;

  RegistryStream(JetStreamApi api, Writer writer, RegistryCopy copy) {
    this.api = api;
    this.writer = writer;
    this.copy = copy;
  }

  /** Makes the stream if it is not there, and reads the store's identity. */
  static CompletableFuture<Long> open(JetStreamApi api, int replicas) {
    return api.info(StreamConfigs.REGISTRY)
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isStreamGone(JetStreamErrors.failure(thrown))
                    ? api.createStream(StreamConfigs.registry(replicas))
                    : CompletableFuture.failedFuture(thrown))
        .thenCompose(stream -> identity(api));
  }

  /** The store's identity: whoever is first writes it, all read it. */
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
                                () -> JetStreamFailure.noAnswer("no identity of the store"))
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

  /** What the leader has of a name; that it has nothing is believed if it counts nothing either. */
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

  /** JetStream says of a record that it can't read that there is none, but counts it. */
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

  /** That the registry's record of a namespace is lost. */
  static StoreException lost(Namespace namespace, String why) {
    LOG.error("the registry record of namespace {} is damaged: {}", namespace, why);
    return new StoreException.CorruptRecord(
        "", 0, 0, "the registry record of namespace " + namespace + " is damaged: " + why);
  }

  /** The sequence of the latest record, as the leader has it. */
  CompletableFuture<Long> lastSequence() {
    return api.info(StreamConfigs.REGISTRY)
        .thenApply(stream -> stream.getStreamState().getLastSequence());
  }

  /**
   * Writes a record if the name's last one lies at the revision.
   *
   * @return what the leader has then: this record or, if another node was faster, that node's
   */
  CompletableFuture<KnownNamespace> put(NamespaceRecord record, long revision) {
    return put(new RecordPolicy(record, revision, Optional.empty()));
  }

  /**
   * The same where room has just been made: JetStream's servers hear of it one after another. Tried
   * less often, since each refusal for want of room makes a replicated stream's leader step down.
   */
  CompletableFuture<KnownNamespace> putIntoNewRoom(NamespaceRecord record, long revision) {
    return put(new RecordPolicy(record, revision, Optional.of(NEW_ROOM_PAUSE)));
  }

  private CompletableFuture<KnownNamespace> put(RecordPolicy policy) {
    return writer.write(
        policy.record.getNamespace(), 0, policy, System.nanoTime() + PUT_WITHIN.toNanos());
  }

  /** A record for a name whose last record is at a revision. */
  private final class RecordPolicy implements WritePolicy<Namespace, Head, KnownNamespace> {
    private final NamespaceRecord record;
    private final long revision;
    private final Optional<Duration> roomPause;

    RecordPolicy(NamespaceRecord record, long revision, Optional<Duration> roomPause) {
      this.record = record;
      this.revision = revision;
      this.roomPause = roomPause;
    }

    @Override
    public String name() {
      return "the record of namespace " + record.getNamespace();
    }

    @Override
    public CompletableFuture<Located<Namespace, KnownNamespace>> locate() {
      return CompletableFuture.completedFuture(
          new Located.At<>(new Namespace(record.getNamespace())));
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
          makesRoom(),
          sequence -> copy.learn(new KnownNamespace(record, sequence)));
    }

    private boolean makesRoom() {
      return record.getState() == NamespaceState.NAMESPACE_STATE_DELETING
          || record.getState() == NamespaceState.NAMESPACE_STATE_DELETED;
    }

    /** Another node was faster, or this record was stored without an answer. */
    @Override
    public Step<KnownNamespace> overtaken(
        Namespace namespace, Head head, long publishedBehind, boolean isUncertain) {
      return new Step.Done<>(head.record().orElseThrow());
    }

    @Override
    public Optional<Step<KnownNamespace>> refused(
        Namespace namespace, long publishedBehind, JetStreamFailure why) {
      return JetStreamErrors.isFull(why)
          ? roomPause.map(pause -> new Step.Retry<>(why, pause))
          : Optional.empty();
    }

    @Override
    public Throwable failure(Throwable why, boolean isUncertain) {
      return isUncertain ? JetStreamFailure.noAnswer(String.valueOf(why.getMessage())) : why;
    }
  }

  /**
   * What the leader has of a name.
   *
   * @param revision of its last record; 0: there is none
   * @param record that record, if it was read
   */
  private record Head(long revision, Optional<KnownNamespace> record) {}
}
