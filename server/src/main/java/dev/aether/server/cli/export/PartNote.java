package dev.aether.server.cli.export;

import dev.aether.client.Cursor;
import dev.aether.server.cli.json.JsonFault;
import dev.aether.server.cli.json.JsonLine;
import dev.aether.server.cli.json.JsonMembers;
import dev.aether.server.cli.json.JsonValues;
import java.util.Map;
import java.util.Optional;

/**
 * How far a file is good, and with what it can be gone on with.
 *
 * @param origin what the file is an export of
 * @param bytes from the file's start
 * @param cursor of what comes next
 */
record PartNote(String origin, long bytes, Cursor cursor) {

  String text() {
    return new JsonLine()
            .put("origin", origin)
            .put("bytes", bytes)
            .put("cursor", cursor.toString())
            .end()
        + "\n";
  }

  /** The note; empty where the text is none. */
  static Optional<PartNote> of(String text) {
    try {
      Map<String, String> members = JsonMembers.of(text);
      return Optional.of(
          new PartNote(
              JsonValues.string(members.getOrDefault("origin", "")),
              JsonValues.wholeNumber(members.getOrDefault("bytes", "none")),
              Cursor.of(JsonValues.string(members.getOrDefault("cursor", "")))));
    } catch (JsonFault | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
