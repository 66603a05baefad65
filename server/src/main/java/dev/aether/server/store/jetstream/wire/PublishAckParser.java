package dev.aether.server.store.jetstream.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Parses the usual acknowledgement of a publish, {@code {"stream":"NAME","seq":N}}, without a JSON
 * parser, since there is one for each save. In some cases nats-server writes a space before the
 * second name.
 */
final class PublishAckParser {
  private static final String STREAM = "{\"stream\":\"";
  private static final String END_OF_STREAM = "\",";
  private static final String SEQUENCE = "\"seq\":";

  /** A number with this many digits is below 2^63. */
  private static final int MOST_DIGITS = 18;

  private PublishAckParser() {}

  /** The sequence; 0 if the text has another form, which then needs a JSON parser. */
  static long sequence(String stream, byte @Nullable [] text) {
    if (text == null) {
      return 0;
    }
    int end = after(STREAM + stream + END_OF_STREAM, text, 0);
    int spaced = end > 0 && end < text.length && text[end] == ' ' ? end + 1 : end;
    int digits = end < 0 ? -1 : after(SEQUENCE, text, spaced);
    if (digits < 0
        || text.length < digits + 2
        || text.length > digits + MOST_DIGITS + 1
        || text[text.length - 1] != '}') {
      return 0;
    }
    long sequence = 0;
    for (int i = digits; i < text.length - 1; i++) {
      if (text[i] < '0' || text[i] > '9') {
        return 0;
      }
      sequence = 10 * sequence + text[i] - '0';
    }
    return sequence;
  }

  /** The index after an expected part of a text; -1 if the text differs. */
  private static int after(String part, byte[] text, int from) {
    int end = from + part.length();
    byte[] bytes = part.getBytes(StandardCharsets.US_ASCII);
    return end <= text.length && Arrays.equals(text, from, end, bytes, 0, bytes.length) ? end : -1;
  }
}
