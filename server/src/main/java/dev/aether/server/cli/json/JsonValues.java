package dev.aether.server.cli.json;

import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.Map;

/** Parses the values that {@link JsonMembers} found, each strictly as one type. */
public final class JsonValues {
  private JsonValues() {}

  /** Parses a string. */
  public static String string(String text) throws JsonFault {
    if (!text.startsWith("\"")) {
      throw new JsonFault("must be a string");
    }
    if (text.indexOf('\\') < 0) {
      return text.substring(1, text.length() - 1);
    }
    String value = unescaped(text);
    if (hasHalfOfAPair(value)) { // Possible only with escapes, since the text was read as UTF-8.
      throw new JsonFault("must not contain half of a surrogate pair");
    }
    return value;
  }

  private static boolean hasHalfOfAPair(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (Character.isSurrogate(value.charAt(i))) {
        boolean pair =
            i + 1 < value.length() && Character.isSurrogatePair(value.charAt(i), value.charAt(++i));
        if (!pair) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Parses an integer from 0 to 2^64 - 1, without fraction or exponent, into an unsigned long.
   * Accepts strings too, since protobuf's JSON has 64-bit numbers as strings.
   */
  public static long wholeNumber(String text) throws JsonFault {
    String digits = text.startsWith("\"") ? string(text) : text;
    try {
      if (!digits.isEmpty() && digits.charAt(0) >= '0' && digits.charAt(0) <= '9') {
        return Long.parseUnsignedLong(digits);
      }
    } catch (NumberFormatException e) {
      // Too large, or with a fraction: reported below.
    }
    throw new JsonFault("must be an integer from 0 to 2^64 - 1");
  }

  /** Parses an object whose values are strings. */
  public static Map<String, String> strings(String text) throws JsonFault {
    if (!text.startsWith("{")) {
      throw new JsonFault("must be an object of strings");
    }
    Map<String, String> strings = new LinkedHashMap<>();
    for (Map.Entry<String, String> member : JsonMembers.of(text).entrySet()) {
      if (!member.getValue().startsWith("\"")) {
        throw new JsonFault("\"" + member.getKey() + "\" must be a string");
      }
      strings.put(member.getKey(), string(member.getValue()));
    }
    return strings;
  }

  /** Requires a valid string. */
  private static String unescaped(String text) throws JsonFault {
    try (JsonReader reader = new JsonReader(new StringReader(text))) {
      return reader.nextString();
    } catch (IOException e) {
      throw new JsonFault("must be a string");
    }
  }
}
