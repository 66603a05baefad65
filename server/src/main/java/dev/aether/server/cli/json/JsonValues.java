package dev.aether.server.cli.json;

import com.google.gson.stream.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads values out of the text that {@link JsonMembers} found, each as exactly one type. */
public final class JsonValues {
  private JsonValues() {}

  /** A string. */
  public static String string(String text) throws JsonFault {
    if (!text.startsWith("\"")) {
      throw new JsonFault("must be a string");
    }
    if (text.indexOf('\\') < 0) {
      return text.substring(1, text.length() - 1);
    }
    String value = unescaped(text);
    if (hasHalfOfAPair(value)) { // Only escapes can do that: the text was read as UTF-8.
      throw new JsonFault("must be whole Unicode characters, not half of a pair");
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
   * A whole number of 0 or more, below 2^64, as an unsigned long; without fraction or exponent.
   * Protobuf's own JSON has numbers of 64 bits as strings, and so has what exports from it.
   */
  public static long wholeNumber(String text) throws JsonFault {
    String digits = text.startsWith("\"") ? string(text) : text;
    try {
      if (!digits.isEmpty() && digits.charAt(0) >= '0' && digits.charAt(0) <= '9') {
        return Long.parseUnsignedLong(digits);
      }
    } catch (NumberFormatException e) {
      // Too large, or with a fraction: said below.
    }
    throw new JsonFault("must be a whole number below 2^64");
  }

  /** An object whose values are strings. */
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

  /** Takes a valid string only. */
  private static String unescaped(String text) throws JsonFault {
    try (JsonReader reader = new JsonReader(new StringReader(text))) {
      return reader.nextString();
    } catch (IOException e) {
      throw new JsonFault("must be a string");
    }
  }
}
