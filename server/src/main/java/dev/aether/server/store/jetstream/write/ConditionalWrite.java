package dev.aether.server.store.jetstream.write;

import dev.aether.server.concurrent.Backoff;
import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.SaveTrace;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One write in progress. Everything that Aether stores is a conditional write: the bytes become the
 * next message of a subject if its last message still has the expected sequence. A {@link
 * WritePolicy} decides what to write. This class publishes it; if JetStream refuses it or does not
 * respond, this class reads the head and lets the policy decide again, until the deadline. The
 * steps run one after another, so no lock is needed; only the deadline comes from another thread.
 *
 * <p>A publish that was not acknowledged is repeated after the same head. JetStream stores at most
 * one message directly after that head, so the write is stored only once, whatever becomes of the
 * first publish. Once another message follows the head, the unacknowledged publish can never be
 * stored.
 *
 * <p>This class exceeds 300 lines because its steps form one state machine with shared state.
 */
public final class ConditionalWrite<S, H, T> {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

  /** After a lost race, a long pause would only favour the next writer. */
  private static final Duration LONGEST_CONTENTION_PAUSE = Duration.ofMillis(16);

  private static final Duration OVERLOAD_RETRY_AFTER = Duration.ofMillis(100);
  private static final long NOTHING_PUBLISHED = -1;

  private final Writer writer;
  private final WritePolicy<S, H, T> policy;
  private final CompletableFuture<T> answer = new CompletableFuture<>();

  /** Whoever sets it, the deadline or a step, completes the answer. */
  private final AtomicBoolean hasEnded = new AtomicBoolean();

  private final PublishGate gate = new PublishGate();
  private final Backoff backoff = Backoff.afterOneAtOnce(FIRST_PAUSE, LONGEST_PAUSE);

  /** Wraps each step that runs later. */
  private final CatchAll guard;

  private @Nullable S subject;

  /** The sequence of the head after which the write was last published. */
  private long publishedBehind = NOTHING_PUBLISHED;

  /**
   * Since when the stream of this subject was found missing and not found, as {@link
   * System#nanoTime}.
   */
  private @Nullable Long missingSince;

  /** The last failure that did not end the write. Read by the deadline's thread. */
  private volatile Throwable lastError = JetStreamFailure.noAnswer("no response");

  /**
   * Creates a write. From now on it completes before the deadline, whether it is started or not.
   */
  ConditionalWrite(Writer writer, WritePolicy<S, H, T> policy, long deadline) {
    this.writer = writer;
    this.policy = policy;
    guard = new CatchAll(policy.name(), this::onFault);
    var scheduled = writer.deadlines().at(deadline, guard.of(this::onDeadline));
    answer.whenComplete((done, thrown) -> scheduled.cancel());
  }

  CompletableFuture<T> answer() {
    return answer;
  }

  /** Starts the write, once earlier writes to the same subject are complete. */
  CompletableFuture<T> start() {
    Optional<StoreException> withdrawn = policy.withdrawn();
    if (withdrawn.isPresent()) {
      refuse(withdrawn.get());
      return answer;
    }
    gate.start();
    guard.run(this::findSubject);
    return answer;
  }

  /** Fails the write before it is started. */
  void refuse(StoreException why) {
    end(why);
  }

  private void findSubject() {
    whenRead(
        policy::findSubject,
        this::findSubject,
        found -> {
          if (found instanceof WritePolicy.SubjectSearch.Found<S, T> known) {
            start(known.subject());
          } else if (found instanceof WritePolicy.SubjectSearch.Missing<S, T> missing) {
            carryOut(missing.step());
          }
        });
  }

  private void start(S found) {
    subject = found;
    publishedBehind = NOTHING_PUBLISHED;
    missingSince = null;
    policy
        .knownHead(found)
        .ifPresentOrElse(
            head -> carryOut(policy.decide(found, head, false, false)), this::readHead);
  }

  private void readHead() {
    whenRead(() -> policy.readHead(subject()), this::readHead, this::onHead);
  }

  private void onHead(H head) {
    missingSince = null;
    policy.onHead(subject(), head);
    long sequence = policy.sequence(head);
    if (publishedBehind == NOTHING_PUBLISHED) {
      carryOut(policy.decide(subject(), head, true, false));
    } else if (sequence == publishedBehind) {
      carryOut(policy.decide(subject(), head, true, true));
    } else if (sequence < publishedBehind) {
      carryOut(policy.fallenBehind(subject(), head, publishedBehind));
    } else {
      carryOut(policy.overtaken(subject(), head, publishedBehind, gate.isUncertain()));
    }
  }

  private void carryOut(Step<T> step) {
    if (step instanceof Step.Publish<T> publish) {
      publish(publish);
    } else if (step instanceof Step.Done<T> done) {
      succeed(done.answer());
    } else if (step instanceof Step.Refuse<T> refuse) {
      fail(refuse.why());
    } else if (step instanceof Step.ReadHead<T>) {
      readHead();
    } else if (step instanceof Step.Retry<T> retry) {
      lastError = retry.why();
      after(longer(Backoff.jittered(backoff.next()), retry.atLeast()), this::readHead);
    } else if (step instanceof Step.Ask<T> ask) {
      whenRead(ask::next, this::readHead, this::carryOut);
    } else if (step instanceof Step.Change<T> change) {
      change(change);
    } else if (step instanceof Step.LostRace<T> lost) {
      gate.onLostRace();
      publishedBehind = NOTHING_PUBLISHED;
      carryOut(lost.next());
    }
  }

  private void publish(Step.Publish<T> publish) {
    publishedBehind = publish.behind();
    CompletableFuture<Long> publishing = writer.publisher().publish(publish, gate);
    traced(publish, publishing)
        .whenComplete(
            published(sequence -> succeed(publish.stored().apply(sequence)), this::refused));
  }

  /** The step of the trace ends before the save that it belongs to. */
  private CompletableFuture<Long> traced(
      Step.Publish<T> publish, CompletableFuture<Long> publishing) {
    SaveTrace.Publish trace = policy.trace().publishing(publish.stream());
    return trace == SaveTrace.Publish.NONE
        ? publishing
        : publishing.whenComplete((sequence, thrown) -> trace.ended(thrown));
  }

  private void change(Step.Change<T> change) {
    if (gate.publish()) {
      change.change().get().whenComplete(published(this::carryOut, why -> retry()));
    }
  }

  private void refused(JetStreamFailure why) {
    Optional<Step<T>> own = policy.refused(subject(), publishedBehind, why);
    if (own.isPresent()) {
      carryOut(own.get());
    } else if (JetStreamErrors.isWrongSequence(why)) {
      later(backoff.next(LONGEST_CONTENTION_PAUSE), this::readHead);
    } else if (JetStreamErrors.isStreamMissing(why)) {
      checkIncarnation(why);
    } else if (gate.isUncertain() || JetStreamErrors.isTransient(why)) {
      retry();
    } else {
      fail(why);
    }
  }

  private void retry() {
    later(backoff.next(), this::readHead);
  }

  /** Checks whether the stream is missing because its namespace was deleted. */
  private void checkIncarnation(JetStreamFailure why) {
    if (why.kind() == JetStreamFailure.Kind.NO_ANSWER) {
      retry();
      return;
    }
    policy
        .isCurrent(subject())
        .whenComplete(
            unlessDone(
                (current, thrown) -> {
                  if (thrown != null) {
                    retry();
                  } else if (current) {
                    waitForStream(why);
                  } else {
                    findSubjectAgain();
                  }
                }));
  }

  /** Only a stream that is found missing twice, over a time, can be lost: others do not respond. */
  private void waitForStream(JetStreamFailure why) {
    if (!JetStreamErrors.isStreamMissing(why)) {
      retry();
      return;
    }
    long now = System.nanoTime();
    long since = missingSince == null ? now : missingSince;
    missingSince = since;
    Optional<StoreException> lost =
        now - since > LogDamage.LOST_AFTER.toNanos()
            ? policy.streamLost(subject())
            : Optional.empty();
    if (lost.isPresent()) {
      fail(lost.get());
    } else {
      retry();
    }
  }

  /**
   * An unacknowledged publish may have been stored and then deleted with the old incarnation. That
   * cannot be determined, and in the new incarnation the write might be stored a second time.
   */
  private void findSubjectAgain() {
    if (gate.isUncertain()) {
      fail(StoreException.storeUnavailable("the namespace was deleted during the write"));
    } else {
      later(backoff.next(), this::findSubject);
    }
  }

  /** Continues with the result of a read, or repeats the read. */
  private <R> void whenRead(Supplier<CompletableFuture<R>> read, Runnable again, Consumer<R> next) {
    if (answer.isDone()) {
      return;
    }
    read.get()
        .whenComplete(
            unlessDone(
                (found, thrown) -> {
                  if (thrown == null) {
                    next.accept(found);
                    return;
                  }
                  Throwable cause = Exceptions.unwrap(thrown);
                  throwIfBug(cause);
                  if (!(cause instanceof StoreException known)) {
                    onReadFailure(JetStreamErrors.failure(cause), again);
                  } else if (known.reason() == Reason.STORE_UNAVAILABLE) {
                    lastError = known;
                    later(backoff.next(), again);
                  } else {
                    fail(known);
                  }
                }));
  }

  /** A bug in a policy ends the write with a line in the log, rather than be retried in silence. */
  private static void throwIfBug(Throwable thrown) {
    if (thrown instanceof Error bug) {
      throw bug;
    }
    if (thrown instanceof RuntimeException bug
        && !(thrown instanceof StoreException)
        && !(thrown instanceof JetStreamFailure)) {
      throw bug;
    }
  }

  private void onReadFailure(JetStreamFailure why, Runnable again) {
    lastError = why;
    if (subject == null) {
      later(backoff.next(), again);
    } else {
      checkIncarnation(why);
    }
  }

  /** Handles the outcome of a publish. */
  private <R> BiConsumer<R, Throwable> published(
      Consumer<R> done, Consumer<JetStreamFailure> failed) {
    return unlessDone(
        (result, thrown) -> {
          if (thrown == null) {
            done.accept(result);
            return;
          }
          JetStreamFailure why = JetStreamErrors.failure(thrown);
          lastError = why;
          if (why.kind() != JetStreamFailure.Kind.NO_ANSWER) {
            gate.onPublishWithoutEffect();
          }
          failed.accept(why);
        });
  }

  /** A completed write must have no further effect, since the next write may be running. */
  private <R> BiConsumer<R, Throwable> unlessDone(BiConsumer<R, @Nullable Throwable> step) {
    return guard.of(
        (result, thrown) -> {
          if (!answer.isDone()) {
            step.accept(result, thrown);
          }
        });
  }

  private void later(Duration pause, Runnable next) {
    after(Backoff.jittered(pause), next);
  }

  private void after(Duration pause, Runnable next) {
    if (pause.isZero()) {
      next.run();
    } else {
      writer.timers().after(pause, guard.of(next));
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private void fail(Throwable why) {
    end(policy.failure(why, gate.isUncertain()));
  }

  private void succeed(T result) {
    if (hasEnded.compareAndSet(false, true)) {
      answer.complete(result);
    }
  }

  /** The policy learns first, because the answer lets the next write begin. */
  private void end(Throwable failure) {
    if (hasEnded.compareAndSet(false, true)) {
      try {
        policy.onFailure(failure);
      } finally {
        answer.completeExceptionally(failure);
      }
    }
  }

  /** Completes the write after a bug in this server. */
  private void onFault(Throwable thrown) {
    end(
        gate.close() == PublishGate.Verdict.UNCERTAIN
            ? policy.failure(
                StoreException.storeUnavailable("a bug in the server, see its log"), true)
            : thrown);
  }

  private void onDeadline() {
    end(
        switch (gate.close()) {
          case WAITING ->
              new StoreException.Overloaded(
                  "time spent waiting for " + writer.earlierWrites(), OVERLOAD_RETRY_AFTER);
          case NOTHING_PUBLISHED -> policy.failure(lastError, false);
          case UNCERTAIN -> policy.failure(lastError, true);
        });
  }

  private S subject() {
    return Objects.requireNonNull(subject, "not found yet");
  }
}
