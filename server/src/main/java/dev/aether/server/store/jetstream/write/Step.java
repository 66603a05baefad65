package dev.aether.server.store.jetstream.write;

import dev.aether.server.event.GroupCommitThresholds;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.PublishHeaders;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/** A decision of a {@link WritePolicy}. */
public sealed interface Step<T> {
  /**
   * Publishes a message if the subject's last message still has a certain sequence.
   *
   * @param behind that sequence; 0: there must be no message
   * @param groupFrom from how many waiting publishes to the stream on they go in a batch; see
   *     {@link GroupCommitThresholds}
   * @param evenIfFull whether to publish on a full disk, for small records that free space
   * @param stored maps the sequence of the stored message to the result
   */
  record Publish<T>(
      String stream,
      String subject,
      long behind,
      PublishHeaders headers,
      byte[] body,
      int groupFrom,
      boolean evenIfFull,
      LongFunction<T> stored)
      implements Step<T> {}

  /** Completes the write with its result. */
  record Done<T>(T answer) implements Step<T> {}

  /** Fails the write; the outcome is unknown if a publish is unresolved. */
  record Refuse<T>(StoreException why) implements Step<T> {}

  /** Reads the head from the leader. */
  record ReadHead<T>() implements Step<T> {}

  /** Reads the head from the leader after a pause. */
  record Retry<T>(JetStreamFailure why, Duration atLeast) implements Step<T> {
    Retry(JetStreamFailure why) {
      this(why, Duration.ZERO);
    }
  }

  /** Determines the next step without an effect on the store. */
  record Ask<T>(CompletableFuture<Step<T>> next) implements Step<T> {}

  /**
   * Changes the store in another way than by a publish, and continues. If the future fails with a
   * {@link JetStreamFailure}, that tells whether there was an effect.
   */
  record Change<T>(Supplier<CompletableFuture<Step<T>>> change) implements Step<T> {}

  /**
   * Another write's message follows the head after which this write was published, so no
   * unacknowledged publish of this write can be stored any more. Continues from there.
   */
  record LostRace<T>(Step<T> next) implements Step<T> {}
}
