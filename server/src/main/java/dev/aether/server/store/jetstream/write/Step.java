package dev.aether.server.store.jetstream.write;

import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.PublishHeaders;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/** What a {@link WritePolicy} decides. */
public sealed interface Step<T> {
  /**
   * Publishes a message if the subject's last one still has a sequence.
   *
   * @param behind that sequence; 0: there is none
   * @param evenIfFull whether to try it on a full disk: the small records that make room
   * @param stored the answer, from the sequence of the stored message
   */
  record Publish<T>(
      String stream,
      String subject,
      long behind,
      PublishHeaders headers,
      byte[] body,
      boolean evenIfFull,
      LongFunction<T> stored)
      implements Step<T> {}

  /** Ends the write with its answer. */
  record Done<T>(T answer) implements Step<T> {}

  /** Ends the write with a failure; with an unknown outcome if a publish is unresolved. */
  record Refuse<T>(StoreException why) implements Step<T> {}

  /** Reads the head at the leader. */
  record ReadHead<T>() implements Step<T> {}

  /** Reads the head at the leader after a pause. */
  record Retry<T>(JetStreamFailure why, Duration atLeast) implements Step<T> {
    Retry(JetStreamFailure why) {
      this(why, Duration.ZERO);
    }
  }

  /** Finds out the next step without an effect on the store. */
  record Ask<T>(CompletableFuture<Step<T>> next) implements Step<T> {}

  /**
   * Changes the store in another way than by a publish, and goes on. A future that fails with a
   * {@link JetStreamFailure} says what is known of the effect.
   */
  record Change<T>(Supplier<CompletableFuture<Step<T>>> change) implements Step<T> {}

  /**
   * Another write's message follows the head that this write was published behind: no publish of
   * this write that is unanswered can be stored any more. Goes on from there.
   */
  record PlaceTaken<T>(Step<T> next) implements Step<T> {}
}
