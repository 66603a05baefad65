package dev.aether.server.cli.export;

import dev.aether.client.Cursor;
import dev.aether.server.cli.json.JsonFault;
import dev.aether.server.cli.json.JsonLine;
import dev.aether.server.cli.json.JsonMembers;
import dev.aether.server.cli.json.JsonValues;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Records how much of a file is valid and how to continue it.
 *
 * @param origin what is exported and from where
 * @param incarnations by name, of the namespaces that the file may have lines of
 * @param bytes number of valid bytes from the start of the file
 * @param cursor the cursor after them
 */
record PartNote(String origin, Map<String, String> incarnations, long bytes, Cursor cursor) {

  String text() {
    return new JsonLine()
            .put("origin", origin)
            .putUnlessEmpty("incarnations", incarnations)
            .put("bytes", bytes)
            .put("cursor", cursor.toString())
            .end()
        + "\n";
  }

  /** Parses a note; empty if the text is not one. */
  static Optional<PartNote> of(String text) {
    try {
      Map<String, String> members = JsonMembers.of(text);
      return Optional.of(
          new PartNote(
              JsonValues.string(members.getOrDefault("origin", "")),
              incarnations(members.getOrDefault("incarnations", "{}")),
              JsonValues.wholeNumber(members.getOrDefault("bytes", "none")),
              Cursor.of(JsonValues.string(members.getOrDefault("cursor", "")))));
    } catch (JsonFault | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Map<String, String> incarnations(String json) throws JsonFault {
    Map<String, String> incarnations = new HashMap<>();
    for (Map.Entry<String, String> member : JsonMembers.of(json).entrySet()) {
      incarnations.put(member.getKey(), JsonValues.string(member.getValue()));
    }
    return incarnations;
  }
}
