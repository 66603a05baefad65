package dev.aether.client.internal.validation;

import dev.aether.client.InvalidArgumentException;

/**
 * Checks that text can be encoded in UTF-8. A Java string may contain an unpaired surrogate, and
 * protobuf would replace it with a question mark, which would turn a name into another one.
 */
public final class Utf8 {
  private Utf8() {}

  /**
   * Returns the text if it is valid.
   *
   * @throws InvalidArgumentException if the text contains an unpaired surrogate
   */
  public static String sound(String field, String text) {
    int unused = utf8Bytes(field, text);
    return text;
  }

  /**
   * The length of the text in UTF-8, computed without encoding it.
   *
   * @param field name of the field, for the error message
   * @throws InvalidArgumentException if the text contains an unpaired surrogate
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
        throw new InvalidArgumentException(field, "contains an unpaired surrogate at index " + i);
      }
      bytes += 4;
      i++;
    }
    return bytes;
  }
}
