package dev.aether.server.store.jetstream.write;

import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Decides about one write; {@link ConditionalWrite} carries out what is decided, one step after
 * another. What reads the store is in the methods that return futures; the others decide from what
 * they are given, at once.
 *
 * @param <P> the place: a subject of a stream, in one incarnation of a namespace
 * @param <H> the head: the last message of that subject, or that there is none
 * @param <T> the answer
 */
public interface WritePolicy<P, H, T> {
  /** What is written, for the log. */
  String name();

  /** Finds the place. Asked again if the place has gone. */
  CompletableFuture<Located<P, T>> locate();

  /** A place to write to, or what to do if there is none. */
  sealed interface Located<P, T> {
    record At<P, T>(P place) implements Located<P, T> {}

    record Nowhere<P, T>(Step<T> step) implements Located<P, T> {}
  }

  /** Whether the leader of the registry still has this place. */
  CompletableFuture<Boolean> isCurrent(P place);

  /** Why the stream of a place that is current stays away; empty if that may pass. */
  default Optional<StoreException> streamLost(P place) {
    return Optional.empty();
  }

  /** The head as this node remembers it: a hint. */
  Optional<H> knownHead(P place);

  /** The head as the stream's leader has it. */
  CompletableFuture<H> readHead(P place);

  /** The sequence of the head; 0 if there is no message. */
  long sequence(H head);

  /**
   * What to do with this head.
   *
   * @param isFromLeader whether it was read, and is not a hint
   * @param isAgain whether this write has already been published behind this very head
   */
  Step<T> decide(P place, H head, boolean isFromLeader, boolean isAgain);

  /**
   * What to do if the leader has a later head than the one that this write was published behind.
   * The message after that one is either this write, or another one; then this write can no longer
   * be stored there.
   *
   * @param isUncertain whether a publish of this write went unanswered
   */
  Step<T> overtaken(P place, H head, long publishedBehind, boolean isUncertain);

  /**
   * What to do if the leader has an earlier head: a deposed leader said so, or the store has lost
   * messages.
   */
  default Step<T> fallenBehind(P place, H head, long publishedBehind) {
    return new Step.Retry<>(JetStreamFailure.notDelivered("an answer older than one before it"));
  }

  /** What to do about a refusal that concerns this kind of write; empty: the usual. */
  default Optional<Step<T>> refused(P place, long publishedBehind, JetStreamFailure why) {
    return Optional.empty();
  }

  /**
   * The failure that the write ends with.
   *
   * @param isUncertain whether it may have been stored all the same
   */
  Throwable failure(Throwable why, boolean isUncertain);
}
