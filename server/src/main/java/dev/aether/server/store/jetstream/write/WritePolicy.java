package dev.aether.server.store.jetstream.write;

import dev.aether.server.event.StoreException;
import dev.aether.server.store.SaveTrace;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Decides about one write; {@link ConditionalWrite} carries out the decisions, one step after
 * another. Methods that return futures may read the store; the others decide immediately, from
 * their arguments.
 *
 * @param <S> the subject that is written to, in one incarnation of a namespace
 * @param <H> the head: the last message of that subject, or none
 * @param <T> the result
 */
public interface WritePolicy<S, H, T> {
  /** What is written, for the log. */
  String name();

  /** Learns of each publish. */
  default SaveTrace trace() {
    return SaveTrace.NONE;
  }

  /**
   * Why the write may not begin any more; empty if it may. Asked when earlier writes to its subject
   * are complete.
   */
  default Optional<StoreException> withdrawn() {
    return Optional.empty();
  }

  /** Notes that the write fails. Called before later writes to its subject begin. */
  default void onFailure(Throwable why) {}

  /** Finds the subject. Called again if its namespace was deleted. */
  CompletableFuture<SubjectSearch<S, T>> findSubject();

  /** The subject to write to, or the step to take if there is none. */
  sealed interface SubjectSearch<S, T> {
    record Found<S, T>(S subject) implements SubjectSearch<S, T> {}

    record Missing<S, T>(Step<T> step) implements SubjectSearch<S, T> {}
  }

  /** Whether the registry's leader still has this incarnation. */
  CompletableFuture<Boolean> isCurrent(S subject);

  /** Why the stream of a current incarnation is missing; empty if it may still appear. */
  default Optional<StoreException> streamLost(S subject) {
    return Optional.empty();
  }

  /** The head that this node remembers: a hint. */
  Optional<H> knownHead(S subject);

  /** Reads the head from the stream's leader. */
  CompletableFuture<H> readHead(S subject);

  /** Learns a head that the leader has, before it is decided about. */
  default void onHead(S subject, H head) {}

  /** The sequence of the head; 0 if there is no message. */
  long sequence(H head);

  /**
   * Decides what to do with this head.
   *
   * @param isFromLeader whether the head was read from the leader and is not a hint
   * @param isAgain whether this write was already published after this very head
   */
  Step<T> decide(S subject, H head, boolean isFromLeader, boolean isAgain);

  /**
   * Decides what to do if the leader has a later head than the one after which this write was
   * published. The message after that head is this write's own, or it keeps this write out
   * permanently.
   *
   * @param isUncertain whether a publish of this write was not acknowledged
   */
  Step<T> overtaken(S subject, H head, long publishedBehind, boolean isUncertain);

  /**
   * Decides what to do if the leader has an earlier head: a deposed leader responded, or the store
   * has lost messages.
   */
  default Step<T> fallenBehind(S subject, H head, long publishedBehind) {
    return new Step.Retry<>(
        JetStreamFailure.notDelivered("the response is older than an earlier one"));
  }

  /** Handles a refusal that is specific to this kind of write; empty: the default applies. */
  default Optional<Step<T>> refused(S subject, long publishedBehind, JetStreamFailure why) {
    return Optional.empty();
  }

  /**
   * The failure that the write ends with.
   *
   * @param isUncertain whether it may have been stored nevertheless
   */
  Throwable failure(Throwable why, boolean isUncertain);
}
