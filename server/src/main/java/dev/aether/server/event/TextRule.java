package dev.aether.server.event;

import java.util.Optional;

/**
 * A rule for a text field: its maximum length in bytes of UTF-8, and whether it may be empty or
 * contain control characters.
 */
public record TextRule(int maxBytes, boolean mayBeEmpty, boolean mayHaveControls) {
  /** A rule for text that must not be empty or contain control characters. */
  public static TextRule required(int maxBytes) {
    return new TextRule(maxBytes, false, false);
  }

  /** A rule that only limits the length. */
  public static TextRule bounded(int maxBytes) {
    return new TextRule(maxBytes, true, true);
  }

  /** Why a text is invalid, as text for an error message; empty if it is valid. */
  public Optional<String> violation(String text) {
    if (text.isEmpty()) {
      return mayBeEmpty ? Optional.empty() : Optional.of("is empty");
    }
    int bytes = Text.utf8Bytes(text);
    if (bytes > maxBytes) {
      return Optional.of("is " + bytes + " bytes long (maximum " + maxBytes + ")");
    }
    if (!mayHaveControls && Text.hasControlCharacter(text)) {
      return Optional.of("contains a control character");
    }
    return Optional.empty();
  }
}
