package dev.aether.server.cli.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * JSON as text rather than as a tree, because a tree loses what people care about: the order of
 * keys, the digits of a number, how a string was escaped.
 */
public final class JsonText {
  private JsonText() {}

  /**
   * The text on one line without the spaces that mean nothing, otherwise character for character;
   * empty when the bytes aren't exactly one JSON value (RFC 8259) in UTF-8.
   */
  public static Optional<String> compact(byte[] utf8) {
    return decode(utf8).filter(JsonText::isJson).map(JsonText::withoutSpaces);
  }

  /**
   * The text character for character, if it can stand so as a value within a line of JSON and be
   * found again: exactly one JSON value in UTF-8 without line breaks, and without spaces around it.
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

  /** Whether the text is exactly one JSON value, by the letter of RFC 8259. */
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
    try {
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  /** Takes valid JSON only. */
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
