package dev.aether.server.store.jetstream.write;

import dev.aether.server.concurrent.Backoff;
import dev.aether.server.concurrent.CatchAll;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One write on its way. Everything that Aether stores is a conditional write: these bytes become
 * the next message of a subject if its last message still has the expected sequence. A {@link
 * WritePolicy} decides what to write; this class publishes it, and where JetStream refuses it or
 * does not answer, reads the head and lets the policy decide again, until the deadline. Steps
 * follow one another, so no lock is needed; only the deadline comes from another thread.
 *
 * <p>A publish that was not acknowledged is repeated behind the same head. JetStream stores at most
 * one message behind it, so whatever becomes of the first publish, the write is stored once; and
 * once another message follows that head, the unanswered publish can never be stored.
 */
public final class ConditionalWrite<P, H, T> {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(2);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

  /** After a lost race a long pause would only give the next writer the turn. */
  private static final Duration LONGEST_CONTENTION_PAUSE = Duration.ofMillis(16);

  private static final Duration OVERLOAD_RETRY_AFTER = Duration.ofMillis(100);
  private static final long NOTHING_PUBLISHED = -1;

  private final Writer writer;
  private final WritePolicy<P, H, T> policy;
  private final CompletableFuture<T> answer = new CompletableFuture<>();
  private final PublishGate gate = new PublishGate();
  private final Backoff backoff = Backoff.afterOneAtOnce(FIRST_PAUSE, LONGEST_PAUSE);

  /** Around each step that runs later. */
  private final CatchAll guard;

  private @Nullable P place;

  /** The sequence of the head behind which the write was last published. */
  private long publishedBehind = NOTHING_PUBLISHED;

  /** When the stream of this place was first found missing, as nanoTime. */
  private @Nullable Long missingSince;

  /** The last failure that did not end the write. Read by the deadline's thread. */
  private volatile Throwable lastError = JetStreamFailure.noAnswer("no answer");

  /** From now on the answer comes before the deadline, whether the write was started or not. */
  ConditionalWrite(Writer writer, WritePolicy<P, H, T> policy, long deadline) {
    this.writer = writer;
    this.policy = policy;
    guard = new CatchAll(policy.name(), this::onFault);
    var scheduled = writer.deadlines().at(deadline, guard.of(this::onDeadline));
    answer.whenComplete((done, thrown) -> scheduled.cancel());
  }

  CompletableFuture<T> answer() {
    return answer;
  }

  /** Starts the write when earlier writes to the same subject have ended. */
  CompletableFuture<T> start() {
    gate.start();
    guard.run(this::locate);
    return answer;
  }

  /** Ends the write before it is started. */
  void refuse(StoreException why) {
    answer.completeExceptionally(why);
  }

  private void locate() {
    whenRead(
        policy.locate(),
        this::locate,
        found -> {
          if (found instanceof WritePolicy.Located.At<P, T> at) {
            begin(at.place());
          } else if (found instanceof WritePolicy.Located.Nowhere<P, T> nowhere) {
            take(nowhere.step());
          }
        });
  }

  private void begin(P at) {
    place = at;
    publishedBehind = NOTHING_PUBLISHED;
    missingSince = null;
    policy
        .knownHead(at)
        .ifPresentOrElse(head -> take(policy.decide(at, head, false, false)), this::readHead);
  }

  private void readHead() {
    whenRead(policy.readHead(place()), this::readHead, this::onHead);
  }

  private void onHead(H head) {
    long sequence = policy.sequence(head);
    if (publishedBehind == NOTHING_PUBLISHED) {
      take(policy.decide(place(), head, true, false));
    } else if (sequence == publishedBehind) {
      take(policy.decide(place(), head, true, true));
    } else if (sequence < publishedBehind) {
      take(policy.fallenBehind(place(), head, publishedBehind));
    } else {
      take(policy.overtaken(place(), head, publishedBehind, gate.isUncertain()));
    }
  }

  private void take(Step<T> step) {
    if (step instanceof Step.Publish<T> publish) {
      publish(publish);
    } else if (step instanceof Step.Done<T> done) {
      answer.complete(done.answer());
    } else if (step instanceof Step.Refuse<T> refuse) {
      fail(refuse.why());
    } else if (step instanceof Step.ReadHead<T>) {
      readHead();
    } else if (step instanceof Step.Retry<T> retry) {
      lastError = retry.why();
      later(longer(backoff.next(), retry.atLeast()), this::readHead);
    } else if (step instanceof Step.Ask<T> ask) {
      whenRead(ask.next(), this::readHead, this::take);
    } else if (step instanceof Step.Change<T> change) {
      change(change);
    } else if (step instanceof Step.PlaceTaken<T> taken) {
      gate.lostPublishesAreVoid();
      publishedBehind = NOTHING_PUBLISHED;
      take(taken.next());
    }
  }

  private void publish(Step.Publish<T> publish) {
    publishedBehind = publish.behind();
    if (gate.publish()) {
      writer
          .publish(publish)
          .whenComplete(
              published(
                  sequence -> answer.complete(publish.stored().apply(sequence)), this::refused));
    }
  }

  private void change(Step.Change<T> change) {
    if (gate.publish()) {
      change.change().get().whenComplete(published(this::take, this::retry));
    }
  }

  private void refused(JetStreamFailure why) {
    Optional<Step<T>> own = policy.refused(place(), publishedBehind, why);
    if (own.isPresent()) {
      take(own.get());
    } else if (JetStreamErrors.isWrongSequence(why)) {
      later(backoff.next(LONGEST_CONTENTION_PAUSE), this::readHead);
    } else if (JetStreamErrors.isStreamGone(why)) {
      checkPlace(why);
    } else if (gate.isUncertain() || JetStreamErrors.isPassing(why)) {
      retry(why);
    } else {
      fail(why);
    }
  }

  private void retry(JetStreamFailure why) {
    later(backoff.next(), this::readHead);
  }

  /** A stream that does not answer may be that of a namespace that was deleted. */
  private void checkPlace(JetStreamFailure why) {
    if (why.kind() == JetStreamFailure.Kind.NO_ANSWER) {
      retry(why);
      return;
    }
    policy
        .isCurrent(place())
        .whenComplete(
            unlessDone(
                (current, thrown) -> {
                  if (thrown != null) {
                    retry(why);
                  } else if (current) {
                    waitForStream(why);
                  } else {
                    locateAnew();
                  }
                }));
  }

  private void waitForStream(JetStreamFailure why) {
    long now = System.nanoTime();
    long since = missingSince == null ? now : missingSince;
    missingSince = since;
    Optional<StoreException> lost =
        JetStreamErrors.isStreamGone(why) && now - since > LogDamage.LOST_AFTER.toNanos()
            ? policy.streamLost(place())
            : Optional.empty();
    if (lost.isPresent()) {
      fail(lost.get());
    } else {
      retry(why);
    }
  }

  /**
   * An unanswered publish may have been stored and deleted with the old incarnation. Neither that
   * nor the contrary can be said, and in the new incarnation the write would be stored twice.
   */
  private void locateAnew() {
    if (gate.isUncertain()) {
      fail(StoreException.storeUnavailable("the namespace was deleted during the write"));
    } else {
      later(backoff.next(), this::locate);
    }
  }

  /** Goes on with what was read, or reads again while there is time. */
  private <R> void whenRead(CompletableFuture<R> read, Runnable again, Consumer<R> next) {
    if (answer.isDone()) {
      return;
    }
    read.whenComplete(
        unlessDone(
            (found, thrown) -> {
              if (thrown == null) {
                next.accept(found);
                return;
              }
              lastError = Exceptions.unwrap(thrown);
              if (!(lastError instanceof StoreException known)) {
                onUnread(JetStreamErrors.failure(thrown), again);
              } else if (known.reason() == Reason.STORE_UNAVAILABLE) {
                later(backoff.next(), again);
              } else {
                fail(known);
              }
            }));
  }

  private void onUnread(JetStreamFailure why, Runnable again) {
    lastError = why;
    if (place == null) {
      later(backoff.next(), again);
    } else {
      checkPlace(why);
    }
  }

  /** For what comes of a publish. */
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
            gate.publishHadNoEffect();
          }
          failed.accept(why);
        });
  }

  /** A write that has been answered touches nothing any more: the next one may be under way. */
  private <R> BiConsumer<R, Throwable> unlessDone(BiConsumer<R, @Nullable Throwable> step) {
    return guard.of(
        (result, thrown) -> {
          if (!answer.isDone()) {
            step.accept(result, thrown);
          }
        });
  }

  private void later(Duration pause, Runnable next) {
    if (pause.isZero()) {
      next.run();
    } else {
      writer.timers().after(Backoff.jittered(pause), guard.of(next));
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private void fail(Throwable why) {
    answer.completeExceptionally(policy.failure(why, gate.isUncertain()));
  }

  /** A bug of this server ends the write, and not silently. */
  private void onFault(Throwable thrown) {
    answer.completeExceptionally(
        gate.close() == PublishGate.Verdict.UNCERTAIN
            ? policy.failure(
                StoreException.storeUnavailable("a bug in the server, see its log"), true)
            : thrown);
  }

  private void onDeadline() {
    answer.completeExceptionally(
        switch (gate.close()) {
          case WAITING ->
              new StoreException.Overloaded(
                  "time spent waiting for earlier writes to the same actor", OVERLOAD_RETRY_AFTER);
          case NOTHING_PUBLISHED -> policy.failure(lastError, false);
          case UNCERTAIN -> policy.failure(lastError, true);
        });
  }

  private P place() {
    return Objects.requireNonNull(place, "located");
  }
}
