package dev.aether.server.cli.load;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A line of an import file that holds an event, as it was written.
 *
 * @param number of the line in the file, from 1
 * @param text the whole line
 * @param namespace empty where the line names none
 * @param data the event's bytes, which nobody may change
 * @param contentType empty for the server's default
 * @param time when it happened; absent for the server's clock
 * @param eventId empty where it is to be made
 * @param version that the event must get
 * @param commitId empty where it is to be made
 * @param place of the commit that it was exported from, for telling commits of one name apart
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
   * Where an event was stored that was exported.
   *
   * @param storedAt when it was stored there
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
