package dev.aether.server.store.jetstream.write;

import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import java.util.concurrent.CompletableFuture;

/** Sends the publishes of writes. Thread-safe. */
public interface Publisher {
  /**
   * Sends a publish, now or later. The gate is asked just before: if the write's deadline has
   * passed by then, nothing is sent.
   *
   * @return the sequence of the stored message. Fails with a {@link JetStreamFailure}; does not
   *     complete before the publish was sent or can no longer be sent
   */
  CompletableFuture<Long> publish(Step.Publish<?> publish, PublishGate gate);

  /** Sends each publish immediately, by itself. */
  static Publisher single(JetStreamApi api) {
    return (publish, gate) -> {
      if (!gate.publish()) {
        return CompletableFuture.failedFuture(tooLate());
      }
      return publish.evenIfFull()
          ? api.publishEvenIfFull(
              publish.stream(), publish.subject(), publish.headers(), publish.body())
          : api.publish(publish.stream(), publish.subject(), publish.headers(), publish.body());
    };
  }

  /** The outcome of a publish whose gate was closed. Its write is complete and ignores it. */
  static JetStreamFailure tooLate() {
    return JetStreamFailure.notDelivered("the write ended before its publish was sent");
  }
}
