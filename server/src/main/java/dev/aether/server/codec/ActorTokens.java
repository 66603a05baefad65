package dev.aether.server.codec;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Actors' ids as subjects write them, for ever: dots stay dots, bytes other than {@code A-Z a-z 0-9
 * _ -} become {@code %XX} of their UTF-8, and an empty token becomes a lone {@code %}. Actors are
 * listed in the order of these texts.
 */
public final class ActorTokens {
  private static final String EMPTY_TOKEN = "%";
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private ActorTokens() {}

  /** The text of an id, which no other id has. */
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

  /** What the texts of exactly those ids begin with that begin with the prefix. */
  public static String encodePrefix(String prefix) {
    return prefix.isEmpty() || prefix.endsWith(".")
        // The empty last token may go on, and then it is none.
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
