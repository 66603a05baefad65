package dev.aether.server.codec;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Encodes actor ids for subjects. The encoding is part of the stored form and never changes: dots
 * are kept, bytes of UTF-8 other than {@code A-Z a-z 0-9 _ -} become {@code %XX}, and an empty
 * token becomes a single {@code %}. Actors are listed in the order of their encoded ids.
 */
public final class ActorTokens {
  private static final String EMPTY_TOKEN = "%";
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private ActorTokens() {}

  /** Encodes an id. Different ids have different encodings. */
  public static String encode(String id) {
    StringBuilder text = new StringBuilder(64);
    int from = 0;
    for (int dot = id.indexOf('.'); dot >= 0; dot = id.indexOf('.', from)) {
      appendToken(text, id, from, dot);
      text.append('.');
      from = dot + 1;
    }
    appendToken(text, id, from, id.length());
    return text.toString();
  }

  /**
   * Encodes a prefix: exactly the ids that start with the prefix have encodings that start with the
   * result.
   */
  public static String encodePrefix(String prefix) {
    return prefix.isEmpty() || prefix.endsWith(".")
        // The last token is empty only if no more characters follow.
        ? encode(prefix).substring(0, encode(prefix).length() - EMPTY_TOKEN.length())
        : encode(prefix);
  }

  private static void appendToken(StringBuilder text, String id, int from, int to) {
    if (from == to) {
      text.append(EMPTY_TOKEN);
      return;
    }
    for (int i = from; i < to; i++) {
      char c = id.charAt(i);
      if (isPlain(c)) {
        text.append(c);
      } else {
        int end = Character.isHighSurrogate(c) ? i + 2 : i + 1;
        for (byte b : id.substring(i, end).getBytes(StandardCharsets.UTF_8)) {
          text.append('%').append(HEX.toHexDigits(b));
        }
        i = end - 1;
      }
    }
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-';
  }
}
