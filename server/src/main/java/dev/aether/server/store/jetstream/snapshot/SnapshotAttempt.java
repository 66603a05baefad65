package dev.aether.server.store.jetstream.snapshot;

import dev.aether.server.concurrent.Backoff;
import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.format.SnapshotMessages;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.PublishHeaders;
import dev.aether.server.store.jetstream.write.PublishGate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One change of an actor's snapshot on its way: look, decide, publish if the last message is still
 * the one looked at, and where it is not, look and decide again, until the deadline. Everything
 * happens one step after another, so no lock is needed; only the deadline comes from aside.
 *
 * <p>A publish whose acknowledgement did not come is repeated with the same expected sequence, of
 * which JetStream takes at most one. When another message stands there that did not take the place
 * of the one looked at, ours may have been stored and replaced since: that is said, not guessed.
 */
final class SnapshotAttempt {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);
  private static final Duration OVERLOAD_RETRY_AFTER = Duration.ofMillis(100);

  private final SnapshotContext tools;
  private final Namespace namespace;
  private final ActorId actor;
  private final SnapshotChange change;
  private final CompletableFuture<@Nullable Void> answer = new CompletableFuture<>();
  private final PublishGate gate = new PublishGate();
  private final Backoff backoff = Backoff.afterOneAtOnce(FIRST_PAUSE, LONGEST_PAUSE);

  /** Around each step that runs later. */
  private final CatchAll guard;

  /** What this node remembers of namespaces is trusted until something fails. */
  private boolean askLeader;

  /** The incarnation of the namespace in which the actor was found to be as it must. */
  private String admittedIn = "";

  /** Sequence of the actor's last message when it was looked at; 0: there was none. */
  private long aim;

  /** The last failure that was not the end, for people. Read by the deadline's thread. */
  private volatile String lastError = "no answer";

  /** From now on the answer comes before the deadline, started or not. */
  SnapshotAttempt(
      SnapshotContext tools,
      Namespace namespace,
      ActorId actor,
      SnapshotChange change,
      long deadlineNanoTime) {
    this.tools = tools;
    this.namespace = namespace;
    this.actor = actor;
    this.change = change;
    guard = new CatchAll("a change of the snapshot of actor " + actor, this::onFault);
    var deadline = tools.timers().at(deadlineNanoTime, guard.of(this::onDeadline));
    answer.whenComplete((done, thrown) -> deadline.cancel(false));
  }

  CompletableFuture<@Nullable Void> answer() {
    return answer;
  }

  /** Starts it, when the changes of the same actor before it have ended. */
  CompletableFuture<?> start() {
    gate.start();
    guard.run(this::findNamespace);
    return answer;
  }

  /** Ends it unstarted. */
  void refuse(StoreException refusal) {
    answer.completeExceptionally(refusal);
  }

  private void findNamespace() {
    then(
        askLeader ? tools.namespaces().look(namespace) : tools.namespaces().find(namespace),
        found -> found.ifPresentOrElse(this::admit, this::nowhere));
  }

  private void nowhere() {
    change.nowhere().ifPresentOrElse(this::fail, () -> answer.complete(null));
  }

  private void admit(Namespaces.Info info) {
    if (admittedIn.equals(info.incarnation())) {
      look(info);
      return;
    }
    then(
        change.admit(tools.events()),
        admitted -> {
          admittedIn = info.incarnation();
          aim = 0;
          look(info);
        });
  }

  private void look(Namespaces.Info info) {
    SnapshotMessages messages = SnapshotMessages.of(info, actor);
    tools
        .api()
        .lastFromLeader(messages.stream(), messages.subject())
        .whenComplete(
            guard.of(
                (stored, thrown) -> {
                  if (thrown != null
                      && JetStreamErrors.isStreamGone(JetStreamErrors.failure(thrown))) {
                    whileUsable(info, () -> withoutStream(info, messages));
                  } else {
                    step(thrown, () -> seen(info, messages, stored));
                  }
                }));
  }

  /** Goes on if the namespace is still this incarnation of it, else begins with what it is now. */
  private void whileUsable(Namespaces.Info info, Runnable next) {
    then(
        tools.namespaces().look(namespace),
        now -> {
          if (SnapshotStream.isCurrent(now, info)) {
            next.run();
          } else {
            findNamespace();
          }
        });
  }

  private void withoutStream(Namespaces.Info info, SnapshotMessages messages) {
    if (change.isSo(messages, Optional.empty())) {
      answer.complete(null);
      return;
    }
    then(
        SnapshotStream.make(tools.api(), tools.namespaces(), info),
        made -> {
          if (made) {
            seen(info, messages, Optional.empty());
          } else {
            findNamespace();
          }
        });
  }

  private void seen(
      Namespaces.Info info, SnapshotMessages messages, Optional<StoredMessage> stored) {
    long sequence = stored.map(StoredMessage::sequence).orElse(0L);
    if (change.isSo(messages, stored)) {
      answer.complete(null);
    } else if (sequence < aim) {
      lastError = "an answer that was older than an earlier one";
      again(() -> look(info));
    } else if (sequence > aim && gate.isUncertain() && !tookPlaceOf(messages, stored, aim)) {
      fail(StoreException.outcomeUnknown(actor, "others changed the snapshot at the same time"));
    } else {
      if (sequence > aim) {
        gate.lostPublishesAreVoid();
      }
      aim = sequence;
      publishUnlessRefused(info, messages, stored);
    }
  }

  /** Whether this message came right after the one at a sequence, and so kept ours out. */
  private static boolean tookPlaceOf(
      SnapshotMessages messages, Optional<StoredMessage> stored, long sequence) {
    try {
      return stored.isPresent() && messages.record(stored.get()).getAfter() == sequence;
    } catch (StoreException.CorruptRecord e) {
      return false;
    }
  }

  private void publishUnlessRefused(
      Namespaces.Info info, SnapshotMessages messages, Optional<StoredMessage> stored) {
    try {
      stored.ifPresent(message -> change.checkReplaces(messages, message));
    } catch (StoreException e) {
      fail(e);
      return;
    }
    if (change.mayDeleteFirst() && tools.api().isDiskFull()) {
      deleteThenRecord(info);
      return;
    }
    byte[] record = change.record(aim);
    if (!gate.publish()) {
      return;
    }
    tools
        .api()
        .publish(
            messages.stream(),
            messages.subject(),
            PublishHeaders.expecting(messages.stream(), aim),
            record)
        .whenComplete(
            guard.of(
                (sequence, thrown) -> {
                  if (answer.isDone()) {
                    return;
                  }
                  if (thrown == null) {
                    answer.complete(null);
                  } else {
                    refused(info, JetStreamErrors.failure(thrown));
                  }
                }));
  }

  private void refused(Namespaces.Info info, JetStreamFailure failure) {
    lastError = failure.getMessage();
    if (failure.kind() != JetStreamFailure.Kind.NO_ANSWER) {
      gate.publishHadNoEffect();
    }
    if (JetStreamErrors.isWrongSequence(failure)) {
      again(() -> look(info));
    } else if (JetStreamErrors.isFull(failure) && change.mayDeleteFirst() && aim > 0) {
      deleteThenRecord(info);
    } else if (gate.isUncertain() || JetStreamErrors.isPassing(failure)) {
      fromTheStart();
    } else {
      fail(failure);
    }
  }

  /**
   * Where a full store refuses the record that would take the last message's place: deletes that
   * message, and writes the record into its room. The deletion alone does what was asked; the
   * record after it only keeps out a publish from before the actor's first snapshot that is still
   * on its way, so that it may fail.
   */
  private void deleteThenRecord(Namespaces.Info info) {
    if (!gate.publish()) {
      return;
    }
    SnapshotMessages messages = SnapshotMessages.of(info, actor);
    tools
        .api()
        .deleteMessage(messages.stream(), aim)
        .whenComplete(
            guard.of(
                (deleted, thrown) -> {
                  if (thrown != null) {
                    // Not refused(), which would come back here: a full store passes, or the time
                    // does.
                    lastError = JetStreamErrors.failure(thrown).getMessage();
                    if (JetStreamErrors.failure(thrown).kind() != JetStreamFailure.Kind.NO_ANSWER) {
                      gate.publishHadNoEffect();
                    }
                    fromTheStart();
                  } else if (deleted) {
                    recordDeletion(messages);
                  } else {
                    gate.publishHadNoEffect();
                    again(() -> look(info));
                  }
                }));
  }

  private void recordDeletion(SnapshotMessages messages) {
    tools
        .api()
        .publish(
            messages.stream(),
            messages.subject(),
            PublishHeaders.expecting(messages.stream(), 0),
            change.record(aim))
        .whenComplete(guard.of((sequence, thrown) -> answer.complete(null)));
  }

  /** Whatever failed may have done so because the namespace is another by now. */
  private void fromTheStart() {
    askLeader = true;
    again(this::findNamespace);
  }

  /** Goes on after a pause that grows, and at once the first time. */
  private void again(Runnable next) {
    Duration pause = backoff.next();
    if (pause.isZero()) {
      next.run();
    } else {
      tools.timers().after(Backoff.jittered(pause), guard.of(next));
    }
  }

  private <T> void then(CompletableFuture<T> before, Consumer<T> next) {
    before.whenComplete(guard.of((found, thrown) -> step(thrown, () -> next.accept(found))));
  }

  /** Goes on after a step that stores nothing of ours, or begins again while there is time. */
  private void step(@Nullable Throwable thrown, Runnable next) {
    if (answer.isDone()) {
      return;
    }
    if (thrown == null) {
      next.run();
      return;
    }
    StoreException why = JetStreamErrors.toStoreException(thrown);
    if (why.reason() == Reason.STORE_UNAVAILABLE) {
      lastError = why.getMessage();
      fromTheStart();
    } else {
      fail(why);
    }
  }

  private void fail(Throwable thrown) {
    StoreException refusal = JetStreamErrors.toStoreException(thrown);
    answer.completeExceptionally(
        gate.isUncertain() && refusal.reason() != Reason.OUTCOME_UNKNOWN
            ? StoreException.outcomeUnknown(actor, refusal.getMessage())
            : refusal);
  }

  /** A fault of this server ends the change, and not silently. */
  private void onFault(Throwable thrown) {
    boolean nothingStored = gate.close() != PublishGate.Verdict.UNCERTAIN;
    answer.completeExceptionally(
        nothingStored
            ? thrown
            : StoreException.outcomeUnknown(actor, "a bug in the server, see its log"));
  }

  private void onDeadline() {
    answer.completeExceptionally(
        switch (gate.close()) {
          case WAITING ->
              new StoreException.Overloaded(
                  "time spent waiting for earlier changes to the same actor's snapshot",
                  OVERLOAD_RETRY_AFTER);
          case NOTHING_PUBLISHED -> StoreException.storeUnavailable("JetStream: " + lastError);
          case UNCERTAIN -> StoreException.outcomeUnknown(actor, "JetStream: " + lastError);
        });
  }
}
