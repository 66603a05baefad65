package dev.aether.server.cli.json;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Builds a JSON object on one line, with its members in the order of the calls. Used once. */
public final class JsonLine {
  private final StringWriter text = new StringWriter();
  private final JsonWriter json = new JsonWriter(text);

  public JsonLine() {
    json.setHtmlSafe(false);
    write(json::beginObject);
  }

  public JsonLine put(String name, String value) {
    return write(() -> json.name(name).value(value));
  }

  /** Adds a version, position or count, which are all unsigned in the contract. */
  public JsonLine put(String name, long value) {
    return write(() -> json.name(name).jsonValue(Long.toUnsignedString(value)));
  }

  public JsonLine put(String name, boolean value) {
    return write(() -> json.name(name).value(value));
  }

  /** Adds a time in UTC, with as many digits after the second as needed. */
  public JsonLine put(String name, Instant value) {
    return put(name, DateTimeFormatter.ISO_INSTANT.format(value));
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
    write(() -> json.name(name).beginObject());
    values.forEach((key, value) -> write(() -> json.name(key).value(value)));
    return write(json::endObject);
  }

  /** Adds a nested object, which this method finishes. */
  public JsonLine putObject(String name, JsonLine within) {
    return write(() -> json.name(name).jsonValue(within.end()));
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
        ? write(() -> json.name(name).jsonValue(compact.get()))
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
    Optional<String> text = isJsonType(contentType) ? JsonText.verbatim(bytes) : Optional.empty();
    return text.isPresent()
        ? write(() -> json.name(name).jsonValue(text.get()))
        : put(name + "Base64", Base64.getEncoder().encodeToString(bytes));
  }

  /** The finished line, without a line terminator. */
  public String end() {
    write(json::endObject);
    return text.toString();
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

  private JsonLine write(Step step) {
    try {
      step.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // A StringWriter never fails.
    }
    return this;
  }

  private interface Step {
    void run() throws IOException;
  }
}
