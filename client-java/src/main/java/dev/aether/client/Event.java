package dev.aether.client;

import java.time.Instant;
import java.util.Map;

/**
 * A stored event.
 *
 * @param actorId the actor to which it belongs
 * @param version its version in the actor's history: 1, 2, 3 … without gaps
 * @param type its type
 * @param data its data, byte for byte as it was saved
 * @param contentType media type of the data
 * @param eventId its id
 * @param commandId the command that caused it; may be empty
 * @param metadata its metadata as it was saved
 * @param timestamp when it happened according to the writer, or else the server's clock at the save
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
