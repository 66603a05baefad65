package dev.aether.client.internal.validation;

import dev.aether.client.InvalidArgumentException;

/**
 * Text that UTF-8 can say. A Java string may hold half of a surrogate pair, and protobuf would send
 * a question mark in its place: another name than the caller's.
 */
public final class Utf8 {
  private Utf8() {}

  /**
   * The text itself.
   *
   * @throws InvalidArgumentException if half of a surrogate pair is in it
   */
  public static String sound(String field, String text) {
    int unused = utf8Bytes(field, text);
    return text;
  }

  /**
   * Length in bytes of UTF-8, without encoding.
   *
   * @param field names the text
   * @throws InvalidArgumentException if half of a surrogate pair is in it
   */
  static int utf8Bytes(String field, String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
        continue;
      }
      if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
        throw new InvalidArgumentException(field, "has half of a surrogate pair at index " + i);
      }
      bytes += 4;
      i++;
    }
    return bytes;
  }
}
