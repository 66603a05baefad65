package dev.aether.server.store.jetstream.wire;

import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.StoredMessage;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.time.Instant;

/**
 * A message that a consumer has delivered. Its place in the stream is in the subject for
 * acknowledgements, which the metadata of jnats splits with a regular expression.
 *
 * @param delivery its number among the messages that the consumer delivered, from 1
 */
record DeliveredMessage(long delivery, StoredMessage stored) {
  /**
   * The tokens of {@code $JS.ACK.STREAM.CONSUMER.DELIVERIES.SEQUENCE.DELIVERY.TIME.PENDING}. Newer
   * servers may send a domain and an account before the stream and a random token at the end.
   */
  private static final int TOKENS = 9;

  private static final int SEQUENCE = 5;
  private static final int MORE_TOKENS_BEFORE = 2;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  static DeliveredMessage of(Message message) {
    String place = String.valueOf(message.getReplyTo());
    int[] starts = new int[TOKENS + MORE_TOKENS_BEFORE + 2];
    int tokens = 1;
    for (int dot = place.indexOf('.'); dot >= 0 && tokens < starts.length - 1; ) {
      starts[tokens++] = dot + 1;
      dot = place.indexOf('.', dot + 1);
    }
    if (tokens < TOKENS) {
      throw JetStreamFailure.notDelivered("a message had no place in its stream: " + place);
    }
    int at = SEQUENCE + (tokens == TOKENS ? 0 : MORE_TOKENS_BEFORE);
    long nanos = number(place, starts, at + 2);
    Headers headers = message.getHeaders();
    byte[] body = message.getData();
    return new DeliveredMessage(
        number(place, starts, at + 1),
        new StoredMessage(
            number(place, starts, at),
            message.getSubject(),
            Instant.ofEpochSecond(
                Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND)),
            headers == null ? null : headers.getFirst(CommitHeader.NAME),
            body == null ? new byte[0] : body));
  }

  private static long number(String place, int[] starts, int token) {
    return Long.parseLong(place, starts[token], starts[token + 1] - 1, 10);
  }
}
