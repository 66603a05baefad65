package dev.aether.server.cli.json;

import java.util.BitSet;

/**
 * Skips over JSON text piece by piece and checks strictly that it is JSON (RFC 8259). It creates no
 * objects and does not recurse, since an import scans every character of its file with it. Used by
 * one thread.
 */
final class JsonScanner {
  /** What {@link #peek} returns at the end of the text. It cannot appear in JSON. */
  private static final char END = '\0';

  private final char[] text;
  private int at;

  /** Which of the open containers in {@link #passValue} are objects; the others are arrays. */
  private final BitSet objects = new BitSet();

  JsonScanner(String text) {
    this.text = text.toCharArray();
  }

  /** The index of the next character. */
  int at() {
    return at;
  }

  /** The next character, or {@link #END}. */
  private char peek() {
    return at < text.length ? text[at] : END;
  }

  boolean isNext(char c) {
    return peek() == c;
  }

  /** Skips the character if it is next. Returns whether it was. */
  boolean passed(char c) {
    boolean next = isNext(c);
    at += next ? 1 : 0;
    return next;
  }

  void pass(char c) throws JsonFault {
    if (!passed(c)) {
      throw fault();
    }
  }

  void passSpaces() {
    while (isSpace(peek())) {
      at++;
    }
  }

  void passEnd() throws JsonFault {
    if (at < text.length) {
      throw fault();
    }
  }

  /** Skips the colon after a name, up to the value. */
  void passColon() throws JsonFault {
    passSpaces();
    pass(':');
    passSpaces();
  }

  void passValue() throws JsonFault {
    int depth = 0;
    do {
      boolean object = isNext('{');
      if (passedOpening()) {
        objects.set(depth++, object);
        continue;
      }
      while (depth > 0 && !passedComma(objects.get(depth - 1))) {
        pass(objects.get(--depth) ? '}' : ']');
      }
    } while (depth > 0);
  }

  /**
   * Skips a complete value, or the start of a container up to its first value. Returns whether it
   * was the start of a container.
   */
  private boolean passedOpening() throws JsonFault {
    if (passed('{')) {
      passSpaces();
      if (passed('}')) {
        return false;
      }
      passString();
      passColon();
      return true;
    }
    if (passed('[')) {
      passSpaces();
      return !passed(']');
    }
    passPlain();
    return false;
  }

  /** Skips the comma after a value, if there is one, up to the next value. */
  private boolean passedComma(boolean inObject) throws JsonFault {
    passSpaces();
    if (!passed(',')) {
      return false;
    }
    passSpaces();
    if (inObject) {
      passString();
      passColon();
    }
    return true;
  }

  private void passPlain() throws JsonFault {
    switch (peek()) {
      case '"' -> passString();
      case 't' -> passWord("true");
      case 'f' -> passWord("false");
      case 'n' -> passWord("null");
      default -> passNumber();
    }
  }

  private void passWord(String word) throws JsonFault {
    for (int i = 0; i < word.length(); i++) {
      pass(word.charAt(i));
    }
  }

  private void passNumber() throws JsonFault {
    var unused = passed('-');
    if (!passed('0')) {
      passDigits();
    }
    if (passed('.')) {
      passDigits();
    }
    if (passed('e') || passed('E')) {
      var unusedSign = passed('+') || passed('-');
      passDigits();
    }
  }

  private void passDigits() throws JsonFault {
    int from = at;
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
    if (at == from) {
      throw fault();
    }
  }

  void passString() throws JsonFault {
    pass('"');
    for (char c = peek(); c != '"'; c = peek()) {
      if (c < ' ') {
        throw fault(); // A control character, or the end of the text.
      }
      at++;
      if (c == '\\') {
        passEscaped();
      }
    }
    at++;
  }

  private void passEscaped() throws JsonFault {
    if (passed('u')) {
      for (int i = 0; i < 4; i++) {
        if (!isHex(peek())) {
          throw fault();
        }
        at++;
      }
    } else if ("\"\\/bfnrt".indexOf(peek()) >= 0) {
      at++;
    } else {
      throw fault();
    }
  }

  private static boolean isHex(char c) {
    return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
  }

  static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  /** The next character is not an expected one. */
  private JsonFault fault() {
    return new JsonFault(
        at < text.length
            ? "not valid JSON near column " + (at + 1)
            : "the JSON object does not end on this line");
  }
}
