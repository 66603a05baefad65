package dev.aether.server.cli.load;

import dev.aether.server.cli.json.JsonFault;
import dev.aether.server.cli.json.JsonLine;
import dev.aether.server.cli.json.JsonMembers;
import dev.aether.server.cli.json.JsonValues;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a JSON object, each as its required type. */
final class LineFields {
  /** The type of bytes whose type is not given. */
  private static final String BYTES = "application/octet-stream";

  private static final String NULL = "null";
  private static final String BASE64 = "Base64";

  /** Fields whose value is any JSON. */
  private static final Set<String> OF_ANY_JSON = Set.of("data", "state");

  private final Map<String, String> members;

  private LineFields(Map<String, String> members) {
    this.members = members;
  }

  /** Parses the text of a value as one type. */
  interface Reading<T> {
    T read(String text) throws JsonFault;
  }

  /**
   * Parses the fields of an object. A field that is null counts as missing, since many programs
   * export missing values as null. Only in a field that may have any JSON is null a value, unless
   * the base64 field exists too.
   */
  static LineFields of(String json) throws JsonFault {
    Map<String, String> members = JsonMembers.of(json);
    members.keySet().removeIf(name -> isNull(members, name) && !mayBeNull(members, name));
    return new LineFields(members);
  }

  private static boolean isNull(Map<String, String> members, String name) {
    return members.getOrDefault(name, NULL).equals(NULL);
  }

  private static boolean mayBeNull(Map<String, String> members, String name) {
    return OF_ANY_JSON.contains(name) && isNull(members, name + BASE64);
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  /** Rejects unknown fields, since a misspelled one would otherwise be dropped silently. */
  void checkNames(Set<String> known) throws JsonFault {
    for (String name : members.keySet()) {
      if (!known.contains(name)) {
        throw new JsonFault("unknown field \"" + name + "\"");
      }
    }
  }

  /** A string, which must exist and not be empty. */
  String required(String name) throws JsonFault {
    String value = optional(name);
    if (value.isEmpty()) {
      throw new JsonFault("\"" + name + (has(name) ? "\" is empty" : "\" is missing"));
    }
    return value;
  }

  /** A string; empty if it is missing. */
  String optional(String name) throws JsonFault {
    return read(name, JsonValues::string).orElse("");
  }

  Map<String, String> strings(String name) throws JsonFault {
    return read(name, JsonValues::strings).orElse(Map.of());
  }

  Optional<Instant> time(String name) throws JsonFault {
    return read(name, text -> instant(JsonValues.string(text)));
  }

  OptionalLong wholeNumber(String name) throws JsonFault {
    Optional<Long> number = read(name, JsonValues::wholeNumber);
    return number.isPresent() ? OptionalLong.of(number.get()) : OptionalLong.empty();
  }

  /** An integer of at least 1. */
  OptionalLong version(String name) throws JsonFault {
    OptionalLong version = wholeNumber(name);
    if (version.isPresent() && version.getAsLong() == 0) {
      throw new JsonFault("\"" + name + "\" must be 1 or more");
    }
    return version;
  }

  /** The bytes in a field as JSON, or in base64 in the field with "Base64" appended to its name. */
  byte[] bytes(String name) throws JsonFault {
    boolean json = has(name);
    String inBase64 = name + BASE64;
    if (json == has(inBase64)) {
      throw new JsonFault(
          json
              ? "\"" + name + "\" and \"" + inBase64 + "\" cannot be used together"
              : "\"" + name + "\" is missing");
    }
    return json
        ? read(name, text -> text).orElseThrow().getBytes(StandardCharsets.UTF_8)
        : read(inBase64, LineFields::base64).orElseThrow();
  }

  /** The media type of {@link #bytes}; empty for the server's default, which is JSON. */
  String contentType(String name) throws JsonFault {
    String type = optional("contentType");
    boolean json = has(name);
    if (json && !JsonLine.isJsonType(type)) {
      throw new JsonFault(
          String.format(
              Locale.ROOT,
              "\"%s\" is JSON, but \"contentType\" is not: use \"%sBase64\"",
              name,
              name));
    }
    return json || has("contentType") ? type : BYTES;
  }

  <T> Optional<T> read(String name, Reading<T> reading) throws JsonFault {
    @Nullable String text = members.get(name);
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(reading.read(text));
    } catch (JsonFault e) {
      throw new JsonFault("\"" + name + "\" " + e.getMessage());
    }
  }

  private static byte[] base64(String text) throws JsonFault {
    try {
      return Base64.getDecoder().decode(JsonValues.string(text));
    } catch (IllegalArgumentException e) {
      throw new JsonFault("is not base64");
    }
  }

  private static Instant instant(String text) throws JsonFault {
    try {
      return OffsetTimes.parse(text);
    } catch (DateTimeException e) {
      throw new JsonFault(
          "is not an ISO 8601 time with an offset, such as 2026-02-28T09:30:00+01:00");
    }
  }
}
