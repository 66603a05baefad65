package dev.aether.server.cli.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Handles JSON as text rather than as a tree, since a tree loses the order of keys, the digits of
 * numbers and the escaping of strings.
 */
public final class JsonText {
  /** What Java inserts for bytes that are not UTF-8. */
  private static final char REPLACEMENT = '\ufffd';

  private JsonText() {}

  /**
   * Returns the text on one line without insignificant white space, otherwise unchanged; empty if
   * the bytes are not exactly one JSON value (RFC 8259) in UTF-8.
   */
  public static Optional<String> compact(byte[] utf8) {
    return decode(utf8).filter(JsonText::isJson).map(JsonText::withoutSpaces);
  }

  /**
   * Returns the unchanged text if it can be embedded in a line of JSON and read back exactly: one
   * JSON value in UTF-8, without line breaks and without white space around it; otherwise empty.
   */
  public static Optional<String> verbatim(byte[] utf8) {
    return decode(utf8).filter(JsonText::fitsALine).filter(JsonText::isJson);
  }

  private static boolean fitsALine(String text) {
    return !text.isEmpty()
        && !JsonScanner.isSpace(text.charAt(0))
        && !JsonScanner.isSpace(text.charAt(text.length() - 1))
        && text.indexOf('\n') < 0
        && text.indexOf('\r') < 0;
  }

  /** Whether the text is exactly one JSON value (RFC 8259). */
  public static boolean isJson(String text) {
    try {
      JsonScanner scanner = new JsonScanner(text);
      scanner.passSpaces();
      scanner.passValue();
      scanner.passSpaces();
      scanner.passEnd();
      return true;
    } catch (JsonFault e) {
      return false;
    }
  }

  private static Optional<String> decode(byte[] utf8) {
    String text = new String(utf8, StandardCharsets.UTF_8);
    // In the text itself, or for bytes that are not UTF-8? A decoder that can tell is slow.
    return text.indexOf(REPLACEMENT) < 0 || isUtf8(utf8) ? Optional.of(text) : Optional.empty();
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      var unused = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  /** Requires valid JSON. */
  private static String withoutSpaces(String json) {
    StringBuilder compact = new StringBuilder(json.length());
    boolean inString = false;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (inString && c == '\\') {
        compact.append(c).append(json.charAt(++i));
        continue;
      }
      if (c == '"') {
        inString = !inString;
      }
      if (inString || !JsonScanner.isSpace(c)) {
        compact.append(c);
      }
    }
    return compact.toString();
  }
}
