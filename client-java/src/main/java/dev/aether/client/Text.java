package dev.aether.client;

/**
 * Text that UTF-8 can say. A Java string may hold half of a surrogate pair, and protobuf would send
 * a question mark in its place: another name than the caller's.
 */
final class Text {
  private Text() {}

  /**
   * Checks several.
   *
   * @throws IllegalArgumentException as {@link #sound(String)}
   */
  static void sound(String first, String second, String... others) {
    sound(first);
    sound(second);
    for (String other : others) {
      sound(other);
    }
  }

  /**
   * The text itself.
   *
   * @throws IllegalArgumentException if half of a surrogate pair is in it
   */
  static String sound(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (!Character.isSurrogate(text.charAt(i))) {
        continue;
      }
      if (!Character.isSupplementaryCodePoint(text.codePointAt(i))) {
        throw new IllegalArgumentException("half of a surrogate pair at index %d".formatted(i));
      }
      i++;
    }
    return text;
  }
}
