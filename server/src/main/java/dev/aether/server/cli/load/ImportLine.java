package dev.aether.server.cli.load;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A line of an import file, as it was written.
 *
 * @param number of the line in the file, from 1
 * @param text the whole line
 * @param data the event's bytes, which nobody may change
 * @param contentType empty for the server's default
 * @param time when it happened; absent for the server's clock
 * @param eventId empty where it is to be made
 * @param version that the event must get
 * @param commitId empty where it is to be made
 */
record ImportLine(
    long number,
    String text,
    String actorId,
    String eventType,
    byte[] data,
    String contentType,
    Optional<Instant> time,
    String eventId,
    String commandId,
    Map<String, String> metadata,
    OptionalLong version,
    String commitId) {

  ImportLine {
    metadata = Map.copyOf(metadata);
  }
}
