package dev.aether.server.store.jetstream;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads what JetStream says to nearly every publish, {@code {"stream":"NAME", "seq":N}}, without a
 * JSON parser: one of these comes for each save.
 */
final class Acknowledgement {
  private static final String STREAM = "{\"stream\":\"";
  private static final String SEQUENCE = "\", \"seq\":";

  /** A sequence of so many digits is below 2^63. */
  private static final int MOST_DIGITS = 18;

  private Acknowledgement() {}

  /** The sequence; 0 if the text is of any other form, and then a parser has to look. */
  static long sequence(String stream, byte @Nullable [] text) {
    byte[] start = (STREAM + stream + SEQUENCE).getBytes(StandardCharsets.US_ASCII);
    if (text == null
        || text.length < start.length + 2
        || text.length > start.length + MOST_DIGITS + 1
        || text[text.length - 1] != '}'
        || !Arrays.equals(text, 0, start.length, start, 0, start.length)) {
      return 0;
    }
    long sequence = 0;
    for (int i = start.length; i < text.length - 1; i++) {
      if (text[i] < '0' || text[i] > '9') {
        return 0;
      }
      sequence = 10 * sequence + text[i] - '0';
    }
    return sequence;
  }
}
