package dev.aether.client;

import java.time.Instant;
import java.util.Map;

/**
 * An event that is stored.
 *
 * @param actorId the actor whose history it belongs to
 * @param version place in the actor's history: 1, 2, 3 … without gaps
 * @param type what kind of thing happened
 * @param data the event itself, byte for byte as it was saved
 * @param contentType media type of the data
 * @param eventId identity of the event
 * @param commandId the command that caused it; may be empty
 * @param metadata as it was saved
 * @param timestamp when it happened, as the writer said, or the server's clock at the save
 */
public record Event(
    String actorId,
    long version,
    String type,
    Bytes data,
    String contentType,
    String eventId,
    String commandId,
    Map<String, String> metadata,
    Instant timestamp) {

  /** Copies the metadata. */
  public Event {
    metadata = Map.copyOf(metadata);
  }
}
