package dev.aether.server.store.jetstream.wire;

import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.StoredMessage;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * A message as a direct get answers with it: its headers tell of its place in the stream. jnats'
 * own MessageInfo copies them all and parses the time as if it had any form; in a profile of reads
 * of 40 commits, taken while Java still warmed up, a tenth of the samples besides the compiler's.
 */
final class DirectMessage {
  private static final String SEQUENCE = "Nats-Sequence";
  private static final String SUBJECT = "Nats-Subject";
  private static final String TIME = "Nats-Time-Stamp";

  /** In a batch: which message of it went out before; 0 for none. */
  private static final String LAST_SEQUENCE = "Nats-Last-Sequence";

  private static final int FRACTION_AT = 20;

  private DirectMessage() {}

  static StoredMessage of(Message reply) {
    byte[] body = reply.getData();
    return new StoredMessage(
        Long.parseLong(needed(reply, SEQUENCE)),
        needed(reply, SUBJECT),
        time(needed(reply, TIME)),
        header(reply, CommitHeader.NAME),
        body == null ? new byte[0] : body);
  }

  /** The message that went out before it in the same batch; 0 for none. */
  static long before(Message reply) {
    return Long.parseLong(needed(reply, LAST_SEQUENCE));
  }

  private static String needed(Message reply, String name) {
    String value = header(reply, name);
    if (value == null) {
      throw JetStreamFailure.notDelivered("an answer to a read had no " + name);
    }
    return value;
  }

  private static @Nullable String header(Message reply, String name) {
    Headers headers = reply.getHeaders();
    return headers == null ? null : headers.getFirst(name);
  }

  /** As nats-server writes it: UTC, whose fraction has up to nine digits or is left out. */
  static Instant time(String text) {
    int nanos = 0;
    int unit = 100_000_000;
    for (int i = FRACTION_AT; i < text.length() - 1; i++) {
      nanos += unit * Character.digit(text.charAt(i), 10);
      unit /= 10;
    }
    return LocalDateTime.of(
            number(text, 0, 4),
            number(text, 5, 7),
            number(text, 8, 10),
            number(text, 11, 13),
            number(text, 14, 16),
            number(text, 17, 19),
            nanos)
        .toInstant(ZoneOffset.UTC);
  }

  private static int number(String text, int from, int to) {
    return Integer.parseInt(text, from, to, 10);
  }
}
