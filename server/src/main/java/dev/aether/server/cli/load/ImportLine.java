package dev.aether.server.cli.load;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A line of an import file that contains an event, as it was written.
 *
 * @param number the number of the line in the file, from 1
 * @param text the whole line
 * @param namespace empty if the line has none
 * @param data the event's bytes, which must not be changed
 * @param contentType empty for the server's default
 * @param time when it happened; empty for the server's clock
 * @param eventId empty if it has to be derived from the line
 * @param version the version that the event must get
 * @param commitId empty if it has to be derived from the line
 * @param place the position of the commit that it was exported from, to distinguish commits with
 *     the same id
 */
record ImportLine(
    long number,
    String text,
    String namespace,
    String actorId,
    String eventType,
    byte[] data,
    String contentType,
    Optional<Instant> time,
    String eventId,
    String commandId,
    Map<String, String> metadata,
    OptionalLong version,
    String commitId,
    Place place)
    implements ImportRecord {

  /**
   * Where an exported event was stored.
   *
   * @param storedAt when it was stored
   */
  record Place(OptionalLong partition, OptionalLong position, Optional<Instant> storedAt) {}

  ImportLine {
    metadata = Map.copyOf(metadata);
  }

  ActorKey actor() {
    return new ActorKey(namespace, actorId);
  }

  @Override
  public ImportLine in(String namespace) {
    return new ImportLine(
        number,
        text,
        namespace,
        actorId,
        eventType,
        data,
        contentType,
        time,
        eventId,
        commandId,
        metadata,
        version,
        commitId,
        place);
  }
}
