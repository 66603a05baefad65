package dev.aether.server.store.jetstream.snapshot;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.GroupCommitThresholds;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.format.SnapshotMessages;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.PublishHeaders;
import dev.aether.server.store.jetstream.write.Step;
import dev.aether.server.store.jetstream.write.WritePolicy;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One change of an actor's snapshot, which replaces its last message. The result is the actor. */
final class SnapshotPolicy
    implements WritePolicy<SnapshotPolicy.Subject, Optional<StoredMessage>, ActorId> {
  private final SnapshotContext context;
  private final Namespace namespace;
  private final ActorId actor;
  private final SnapshotChange change;

  /** The stream was missing, and its creation has not been verified. One step follows another. */
  private boolean isCreating;

  /** The subject of an actor's snapshot, in one incarnation of its namespace. */
  record Subject(Namespaces.Info namespace, SnapshotMessages messages) {}

  SnapshotPolicy(
      SnapshotContext context, Namespace namespace, ActorId actor, SnapshotChange change) {
    this.context = context;
    this.namespace = namespace;
    this.actor = actor;
    this.change = change;
  }

  @Override
  public String name() {
    return "a change of the snapshot of actor " + actor;
  }

  @Override
  public CompletableFuture<SubjectSearch<Subject, ActorId>> findSubject() {
    return context
        .namespaces()
        .find(namespace)
        .thenCompose(
            found ->
                found.isEmpty()
                    ? CompletableFuture.completedFuture(
                        new SubjectSearch.Missing<>(withoutNamespace()))
                    : change
                        .checkAllowed(context.events())
                        .thenApply(admitted -> subjectIn(found.get())));
  }

  private Step<ActorId> withoutNamespace() {
    return change
        .withoutNamespace()
        .<Step<ActorId>>map(Step.Refuse::new)
        .orElseGet(() -> new Step.Done<>(actor));
  }

  private SubjectSearch<Subject, ActorId> subjectIn(Namespaces.Info info) {
    try {
      return new SubjectSearch.Found<>(new Subject(info, SnapshotMessages.of(info, actor)));
    } catch (StoreException e) {
      return new SubjectSearch.Missing<>(new Step.Refuse<>(e));
    }
  }

  @Override
  public CompletableFuture<Boolean> isCurrent(Subject subject) {
    return context
        .namespaces()
        .look(namespace)
        .thenApply(now -> subject.namespace().isCurrentIn(now));
  }

  @Override
  public Optional<Optional<StoredMessage>> knownHead(Subject subject) {
    return Optional.empty();
  }

  @Override
  public CompletableFuture<Optional<StoredMessage>> readHead(Subject subject) {
    if (isCreating) {
      return create(subject);
    }
    SnapshotMessages messages = subject.messages();
    return context
        .api()
        .lastFromLeader(messages.stream(), messages.subject())
        .exceptionallyCompose(
            thrown ->
                JetStreamErrors.isStreamMissing(JetStreamErrors.failure(thrown))
                    ? withoutStream(subject, thrown)
                    : CompletableFuture.failedFuture(thrown));
  }

  /** The stream is created for the first snapshot of the namespace. */
  private CompletableFuture<Optional<StoredMessage>> withoutStream(
      Subject subject, Throwable gone) {
    if (!change.isApplied(subject.messages(), Optional.empty())) {
      return create(subject);
    }
    return isCurrent(subject)
        .thenCompose(
            current ->
                current
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : CompletableFuture.failedFuture(gone));
  }

  /**
   * Creates the stream, again if it could not be verified that its namespace still exists: what is
   * stored in the stream of a deleted namespace is lost.
   */
  private CompletableFuture<Optional<StoredMessage>> create(Subject subject) {
    isCreating = true;
    return SnapshotStream.create(context.api(), context.namespaces(), subject.namespace())
        .exceptionallyCompose(SnapshotPolicy::storeFull)
        .thenCompose(
            created -> {
              isCreating = false;
              return created
                  ? context
                      .api()
                      .lastFromLeader(subject.messages().stream(), subject.messages().subject())
                  : CompletableFuture.failedFuture(
                      JetStreamFailure.notDelivered("the namespace was deleted"));
            });
  }

  /** Without space for a stream there is no use in trying again at once. */
  private static CompletableFuture<Boolean> storeFull(Throwable thrown) {
    return CompletableFuture.failedFuture(
        JetStreamErrors.isFull(JetStreamErrors.failure(thrown))
            ? JetStreamErrors.toStoreException(thrown)
            : thrown);
  }

  @Override
  public long sequence(Optional<StoredMessage> head) {
    return head.map(StoredMessage::sequence).orElse(0L);
  }

  @Override
  public Step<ActorId> decide(
      Subject subject, Optional<StoredMessage> head, boolean isFromLeader, boolean isAgain) {
    SnapshotMessages messages = subject.messages();
    if (change.isApplied(messages, head)) {
      return new Step.Done<>(actor);
    }
    try {
      head.ifPresent(message -> change.checkReplaces(messages, message));
    } catch (StoreException e) {
      return new Step.Refuse<>(e);
    }
    long behind = sequence(head);
    return change.mayDeleteFirst() && context.api().isDiskFull()
        ? deleteThenRecord(messages, behind)
        : new Step.Publish<>(
            messages.stream(),
            messages.subject(),
            behind,
            PublishHeaders.expecting(messages.stream(), behind),
            change.record(behind),
            GroupCommitThresholds.NEVER,
            false,
            sequence -> actor);
  }

  /**
   * Others may have replaced a snapshot that was stored without an acknowledgement, so the outcome
   * is unknown.
   */
  @Override
  public Step<ActorId> overtaken(
      Subject subject, Optional<StoredMessage> head, long publishedBehind, boolean isUncertain) {
    SnapshotMessages messages = subject.messages();
    return isUncertain
            && !change.isApplied(messages, head)
            && !follows(messages, head, publishedBehind)
        ? new Step.Refuse<>(
            StoreException.outcomeUnknown(actor, "others changed the snapshot at the same time"))
        : new Step.LostRace<>(decide(subject, head, true, false));
  }

  /** A message that was deleted outside this write leaves an earlier head, or none. */
  @Override
  public Step<ActorId> fallenBehind(
      Subject subject, Optional<StoredMessage> head, long publishedBehind) {
    return change.isApplied(subject.messages(), head)
        ? new Step.Done<>(actor)
        : WritePolicy.super.fallenBehind(subject, head, publishedBehind);
  }

  /** Whether this message came directly after the one at a sequence, and so kept this write out. */
  private static boolean follows(
      SnapshotMessages messages, Optional<StoredMessage> head, long sequence) {
    try {
      return head.isPresent() && messages.record(head.get()).getAfter() == sequence;
    } catch (StoreException.CorruptRecord e) {
      return false;
    }
  }

  @Override
  public Optional<Step<ActorId>> refused(
      Subject subject, long publishedBehind, JetStreamFailure why) {
    return JetStreamErrors.isFull(why) && change.mayDeleteFirst() && publishedBehind > 0
        ? Optional.of(deleteThenRecord(subject.messages(), publishedBehind))
        : Optional.empty();
  }

  /**
   * If a full store refuses the record that would replace the last message, this deletes that
   * message and stores the record in the freed space. The deletion alone is sufficient. The record
   * only keeps out a publish from before the actor's first snapshot that is still in flight, so it
   * may fail.
   */
  private Step<ActorId> deleteThenRecord(SnapshotMessages messages, long sequence) {
    return new Step.Change<>(
        () ->
            context
                .api()
                .deleteMessage(messages.stream(), sequence)
                .thenCompose(
                    deleted ->
                        deleted
                            ? recordDeletion(messages, sequence)
                            : CompletableFuture.failedFuture(
                                JetStreamFailure.notDelivered("the message does not exist"))));
  }

  private CompletableFuture<Step<ActorId>> recordDeletion(
      SnapshotMessages messages, long sequence) {
    return context
        .api()
        .publish(
            messages.stream(),
            messages.subject(),
            PublishHeaders.expecting(messages.stream(), 0),
            change.record(sequence))
        .handle((stored, thrown) -> new Step.Done<>(actor));
  }

  @Override
  public Throwable failure(Throwable why, boolean isUncertain) {
    StoreException refusal = JetStreamErrors.toStoreException(why);
    return isUncertain && refusal.reason() != Reason.OUTCOME_UNKNOWN
        ? StoreException.outcomeUnknown(actor, refusal.getMessage())
        : refusal;
  }
}
