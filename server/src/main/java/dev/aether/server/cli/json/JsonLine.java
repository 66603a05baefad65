package dev.aether.server.cli.json;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Builds a JSON object on one line, with its members in the order of the calls. Used once. */
public final class JsonLine {
  private static final int USUAL_CHARS = 512;

  /** JavaScript takes these two for line breaks within a string. */
  private static final char LINE_SEPARATOR = '\u2028';

  private static final char PARAGRAPH_SEPARATOR = '\u2029';

  private final StringBuilder text = new StringBuilder(USUAL_CHARS).append('{');

  public JsonLine() {}

  public JsonLine put(String name, String value) {
    name(name);
    string(value);
    return this;
  }

  /** Adds a version, position or count, which are all unsigned in the contract. */
  public JsonLine put(String name, long value) {
    return putText(name, Long.toUnsignedString(value));
  }

  public JsonLine put(String name, boolean value) {
    return putText(name, Boolean.toString(value));
  }

  /** Adds a time in UTC, with as many digits after the second as needed. */
  public JsonLine put(String name, Instant value) {
    name(name);
    text.append('"');
    UtcTimes.append(value, text);
    text.append('"');
    return this;
  }

  /** Adds a member unless it is empty, as protobuf's JSON does. */
  public JsonLine putUnlessEmpty(String name, String value) {
    return value.isEmpty() ? this : put(name, value);
  }

  /** Adds a member unless it is empty, as protobuf's JSON does. */
  public JsonLine putUnlessEmpty(String name, Map<String, String> values) {
    if (values.isEmpty()) {
      return this;
    }
    name(name);
    text.append('{');
    values.forEach(this::put);
    text.append('}');
    return this;
  }

  private JsonLine putText(String name, String json) {
    name(name);
    text.append(json);
    return this;
  }

  /** Adds a nested object, which this method finishes. */
  public JsonLine putObject(String name, JsonLine within) {
    return putText(name, within.end());
  }

  /**
   * Adds bytes for people to read: as compact JSON if they are JSON and the content type says so,
   * and otherwise in base64, with "Base64" appended to the name.
   */
  public JsonLine putData(String name, String contentType, ByteBuffer data) {
    byte[] bytes = new byte[data.remaining()];
    data.duplicate().get(bytes);
    Optional<String> compact = isJsonType(contentType) ? JsonText.compact(bytes) : Optional.empty();
    return compact.isPresent()
        ? putText(name, compact.get())
        : put(name + "Base64", Base64.getEncoder().encodeToString(bytes));
  }

  /**
   * Adds bytes so that they can be restored byte for byte: as JSON if the content type says so and
   * the text fits on the line unchanged, and otherwise in base64, with "Base64" appended to the
   * name.
   */
  public JsonLine putExactly(String name, String contentType, ByteBuffer data) {
    byte[] bytes = new byte[data.remaining()];
    data.duplicate().get(bytes);
    Optional<String> verbatim =
        isJsonType(contentType) ? JsonText.verbatim(bytes) : Optional.empty();
    return verbatim.isPresent()
        ? putText(name, verbatim.get())
        : put(name + "Base64", Base64.getEncoder().encodeToString(bytes));
  }

  /** The finished line, without a line terminator. */
  public String end() {
    return text.append('}').toString();
  }

  /** Whether data of a media type is JSON. An empty type means JSON, as in the contract. */
  public static boolean isJsonType(String contentType) {
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    String name = type.strip().toLowerCase(Locale.ROOT);
    return name.isEmpty()
        || name.equals("application/json")
        || name.equals("text/json")
        || name.endsWith("+json");
  }

  private void name(String name) {
    if (text.charAt(text.length() - 1) != '{') {
      text.append(',');
    }
    string(name);
    text.append(':');
  }

  private void string(String value) {
    text.append('"');
    int plainFrom = 0;
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' || c == '"' || c == '\\' || c == LINE_SEPARATOR || c == PARAGRAPH_SEPARATOR) {
        text.append(value, plainFrom, i);
        escaped(c);
        plainFrom = i + 1;
      }
    }
    text.append(plainFrom == 0 ? value : value.substring(plainFrom)).append('"');
  }

  private void escaped(char c) {
    switch (c) {
      case '"', '\\' -> text.append('\\').append(c);
      case '\t' -> text.append("\\t");
      case '\b' -> text.append("\\b");
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\f' -> text.append("\\f");
      default -> text.append("\\u").append(HexFormat.of().toHexDigits(c));
    }
  }
}
