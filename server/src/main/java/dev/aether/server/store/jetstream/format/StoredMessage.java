package dev.aether.server.store.jetstream.format;

import dev.aether.server.event.Mark;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message of a stream.
 *
 * @param header the text of its {@link CommitHeader}; null if it has none
 */
public record StoredMessage(
    long sequence, String subject, Instant time, @Nullable String header, byte[] body) {
  /** Its sequence, and what distinguishes it from another message with that sequence. */
  public Mark mark() {
    return Mark.of(sequence, time);
  }
}
