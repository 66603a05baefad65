package dev.aether.server.cli.load;

import dev.aether.server.cli.json.JsonFault;
import dev.aether.server.cli.json.JsonLine;
import dev.aether.server.cli.json.JsonMembers;
import dev.aether.server.cli.json.JsonValues;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes a line of an import file apart and refuses what it can't store faithfully. */
final class ImportLineParser {
  /** What bytes are whose author gave no type. */
  private static final String BYTES = "application/octet-stream";

  private static final Set<String> FIELDS =
      Set.of(
          "actorId",
          "eventType",
          "data",
          "dataBase64",
          "time",
          "contentType",
          "eventId",
          "commandId",
          "metadata",
          "version",
          "commitId");

  private final Map<String, String> members;

  private ImportLineParser(Map<String, String> members) {
    this.members = members;
  }

  /**
   * The line's event.
   *
   * @param number of the line in the file, from 1
   * @throws JsonFault with the reason, when the line isn't as it must be
   */
  static ImportLine parse(long number, String text) throws JsonFault {
    return new ImportLineParser(JsonMembers.of(text)).line(number, text);
  }

  private ImportLine line(long number, String text) throws JsonFault {
    for (String name : members.keySet()) {
      if (!FIELDS.contains(name)) {
        throw new JsonFault("unknown field \"" + name + "\"");
      }
    }
    boolean json = members.containsKey("data");
    if (json == members.containsKey("dataBase64")) {
      throw new JsonFault(
          json ? "\"data\" and \"dataBase64\" exclude each other" : "\"data\" is missing");
    }
    return new ImportLine(
        number,
        text,
        required("actorId"),
        required("eventType"),
        json ? jsonData() : binaryData(),
        contentType(json),
        time(),
        optional("eventId"),
        optional("commandId"),
        read("metadata", JsonValues::strings).orElse(Map.of()),
        version(),
        optional("commitId"));
  }

  private String required(String name) throws JsonFault {
    String value = optional(name);
    if (value.isEmpty()) {
      throw new JsonFault(
          "\"" + name + (members.containsKey(name) ? "\" is empty" : "\" is missing"));
    }
    return value;
  }

  private String optional(String name) throws JsonFault {
    return read(name, JsonValues::string).orElse("");
  }

  private byte[] jsonData() throws JsonFault {
    return read("data", text -> text).orElseThrow().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] binaryData() throws JsonFault {
    return read("dataBase64", ImportLineParser::base64).orElseThrow();
  }

  private static byte[] base64(String text) throws JsonFault {
    try {
      return Base64.getDecoder().decode(JsonValues.string(text));
    } catch (IllegalArgumentException e) {
      throw new JsonFault("is not base64");
    }
  }

  private String contentType(boolean json) throws JsonFault {
    String type = optional("contentType");
    if (json && !JsonLine.isJsonType(type)) {
      throw new JsonFault("\"data\" is JSON, but \"contentType\" isn't: give \"dataBase64\"");
    }
    return json || members.containsKey("contentType") ? type : BYTES;
  }

  private Optional<Instant> time() throws JsonFault {
    return read("time", text -> instant(JsonValues.string(text)));
  }

  private static Instant instant(String text) throws JsonFault {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new JsonFault("is not an ISO 8601 time with an offset, like 2026-02-28T09:30:00+01:00");
    }
  }

  private OptionalLong version() throws JsonFault {
    Optional<Long> version = read("version", JsonValues::wholeNumber);
    if (version.isPresent() && version.get() == 0) {
      throw new JsonFault("\"version\" must be 1 or more");
    }
    return version.isPresent() ? OptionalLong.of(version.get()) : OptionalLong.empty();
  }

  private <T> Optional<T> read(String name, Reading<T> reading) throws JsonFault {
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

  private interface Reading<T> {
    T read(String text) throws JsonFault;
  }
}
