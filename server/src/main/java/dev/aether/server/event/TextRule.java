package dev.aether.server.event;

import java.util.Optional;

/**
 * A rule for a text field: its bound in bytes of UTF-8, and whether it may be empty or have control
 * characters.
 */
public record TextRule(int maxBytes, boolean mayBeEmpty, boolean mayHaveControls) {
  /** Not empty, no control characters. */
  public static TextRule required(int maxBytes) {
    return new TextRule(maxBytes, false, false);
  }

  /** Only bounded. */
  public static TextRule bounded(int maxBytes) {
    return new TextRule(maxBytes, true, true);
  }

  /** What is wrong with a text, for people; empty if nothing is. */
  public Optional<String> fault(String text) {
    if (text.isEmpty()) {
      return mayBeEmpty ? Optional.empty() : Optional.of("is empty");
    }
    int bytes = Text.utf8Bytes(text);
    if (bytes > maxBytes) {
      return Optional.of("has " + bytes + " bytes, more than " + maxBytes);
    }
    if (!mayHaveControls && Text.hasControlCharacter(text)) {
      return Optional.of("has a control character");
    }
    return Optional.empty();
  }
}
