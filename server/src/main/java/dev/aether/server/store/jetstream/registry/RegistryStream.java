package dev.aether.server.store.jetstream.registry;

import dev.aether.server.concurrent.Timers;
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

  private static final Duration PUT_PAUSE = Duration.ofMillis(20);
  private static final Duration NEW_ROOM_PAUSE = Duration.ofMillis(250);

  private final JetStreamApi api;
  private final Timers timers;
  private final RegistryCopy copy;

  RegistryStream(JetStreamApi api, Timers timers, RegistryCopy copy) {
    this.api = api;
    this.timers = timers;
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
    return new Put(record, revision, PUT_PAUSE, false).run();
  }

  /**
   * The same where room has just been made: JetStream's servers hear of it one after another. Tried
   * less often, since each refusal for want of room makes a replicated stream's leader step down.
   */
  CompletableFuture<KnownNamespace> putIntoNewRoom(NamespaceRecord record, long revision) {
    return new Put(record, revision, NEW_ROOM_PAUSE, true).run();
  }

  /** One record on its way: tried until it is known to lie there or to have been overtaken. */
  private final class Put {
    private final NamespaceRecord record;
    private final Namespace namespace;
    private final long revision;
    private final Duration pause;
    private final boolean roomIsComing;
    private final long giveUpAt = System.nanoTime() + PUT_WITHIN.toNanos();

    /** An earlier try went unanswered and may still come to lie there. */
    private boolean uncertain;

    Put(NamespaceRecord record, long revision, Duration pause, boolean roomIsComing) {
      this.record = record;
      this.namespace = new Namespace(record.getNamespace());
      this.revision = revision;
      this.pause = pause;
      this.roomIsComing = roomIsComing;
    }

    CompletableFuture<KnownNamespace> run() {
      String subject = StreamConfigs.NAMESPACE_SUBJECTS + namespace.name();
      byte[] body = NamespaceRecords.encode(record);
      return (makesRoom()
              ? api.publishAnyway(
                  StreamConfigs.REGISTRY,
                  subject,
                  PublishHeaders.expecting(StreamConfigs.REGISTRY, revision),
                  body)
              : publish(api, subject, revision, body))
          .thenApply(sequence -> copy.learn(new KnownNamespace(record, sequence)))
          .exceptionallyCompose(thrown -> refused(JetStreamErrors.failure(thrown)));
    }

    private boolean makesRoom() {
      return record.getState() == NamespaceState.NAMESPACE_STATE_DELETING
          || record.getState() == NamespaceState.NAMESPACE_STATE_DELETED;
    }

    private CompletableFuture<KnownNamespace> refused(JetStreamFailure failure) {
      uncertain |= failure.kind() == JetStreamFailure.Kind.NO_ANSWER;
      if (JetStreamErrors.isWrongSequence(failure)) {
        return look(namespace)
            .thenCompose(
                found ->
                    found.isPresent() && found.get().revision() > revision
                        ? CompletableFuture.completedFuture(found.get())
                        // The faster one's record is still in flight: nothing to see yet.
                        : again(failure));
      }
      boolean passing =
          JetStreamErrors.isPassing(failure) || (roomIsComing && JetStreamErrors.isFull(failure));
      return uncertain || passing ? again(failure) : CompletableFuture.failedFuture(failure);
    }

    private CompletableFuture<KnownNamespace> again(JetStreamFailure failure) {
      if (System.nanoTime() > giveUpAt) {
        return CompletableFuture.failedFuture(
            uncertain ? JetStreamFailure.noAnswer(failure.getMessage()) : failure);
      }
      CompletableFuture<Void> paused = new CompletableFuture<>();
      timers.after(pause, () -> paused.complete(null));
      return paused.thenCompose(over -> run());
    }
  }
}
