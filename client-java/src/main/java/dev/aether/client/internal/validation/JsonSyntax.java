package dev.aether.client.internal.validation;

import java.util.BitSet;

/**
 * Checks whether a text is exactly one JSON value as RFC 8259 defines it. Visits each character
 * once and does not recurse, so it accepts any depth. Each instance is used once, by one thread.
 */
public final class JsonSyntax {
  /** Marks the end of the text; it is not allowed anywhere in JSON. */
  private static final char END = '\0';

  private final String text;
  private int at;

  /** Which of the open containers are objects; the others are arrays. */
  private final BitSet objects = new BitSet();

  private int depth;

  private JsonSyntax(String text) {
    this.text = text;
  }

  /** Index of the first invalid character; -1 if the text is valid JSON. */
  static int faultIn(String text) {
    JsonSyntax check = new JsonSyntax(text);
    boolean valid = check.passDocument() && check.at == text.length();
    return valid ? -1 : check.at;
  }

  private boolean passDocument() {
    do {
      passSpaces();
      if (!passValueOrOpening()) {
        return false;
      }
    } while (depth > 0);
    passSpaces();
    return true;
  }

  /**
   * Reads a scalar or an opening bracket, and then everything that ends or separates values after
   * it.
   */
  private boolean passValueOrOpening() {
    if (passed('{')) {
      passSpaces();
      if (!passed('}')) {
        objects.set(depth++, true);
        return passName();
      }
    } else if (passed('[')) {
      passSpaces();
      if (!passed(']')) {
        objects.set(depth++, false);
        return true;
      }
    } else if (!passPlain()) {
      return false;
    }
    return passAfterValue();
  }

  private boolean passAfterValue() {
    while (depth > 0) {
      boolean object = objects.get(depth - 1);
      passSpaces();
      if (passed(',')) {
        passSpaces();
        return !object || passName();
      }
      if (!passed(object ? '}' : ']')) {
        return false;
      }
      depth--;
    }
    return true;
  }

  private boolean passName() {
    if (!passString()) {
      return false;
    }
    passSpaces();
    return passed(':');
  }

  private boolean passPlain() {
    return switch (peek()) {
      case '"' -> passString();
      case 't' -> passWord("true");
      case 'f' -> passWord("false");
      case 'n' -> passWord("null");
      default -> passNumber();
    };
  }

  private boolean passWord(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (!passed(word.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private boolean passNumber() {
    boolean unused = passed('-');
    if (!passed('0') && !passDigits()) {
      return false;
    }
    if (passed('.') && !passDigits()) {
      return false;
    }
    if (passed('e') || passed('E')) {
      boolean unusedSign = passed('+') || passed('-');
      return passDigits();
    }
    return true;
  }

  private boolean passDigits() {
    int from = at;
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
    return at > from;
  }

  private boolean passString() {
    if (!passed('"')) {
      return false;
    }
    for (char c = peek(); c != '"'; c = peek()) {
      if (c < ' ') {
        return false; // A control character or the end of the text.
      }
      at++;
      if (c == '\\' && !passEscaped()) {
        return false;
      }
    }
    at++;
    return true;
  }

  private boolean passEscaped() {
    if (!passed('u')) {
      boolean known = "\"\\/bfnrt".indexOf(peek()) >= 0;
      at += known ? 1 : 0;
      return known;
    }
    for (int i = 0; i < 4; i++) {
      if (Character.digit(peek(), 16) < 0 || peek() > 'f') {
        return false;
      }
      at++;
    }
    return true;
  }

  private void passSpaces() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') {
      at++;
    }
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : END;
  }

  private boolean passed(char c) {
    boolean next = peek() == c;
    at += next ? 1 : 0;
    return next;
  }
}
