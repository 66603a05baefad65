package dev.aether.server.cli;

import dev.aether.client.ActorSummary;
import dev.aether.client.Commit;
import dev.aether.client.Durability;
import dev.aether.client.Event;
import dev.aether.client.EventStored;
import dev.aether.client.Saved;
import dev.aether.client.Snapshot;
import dev.aether.server.cli.json.JsonLine;
import java.time.Instant;
import java.util.List;

/** Formats what the server returns as lines of JSON, with the field names of protobuf's JSON. */
final class EventLines {
  private EventLines() {}

  static String of(Event event) {
    return put(new JsonLine(), event).end();
  }

  /** One line per event, each with the position of its commit. */
  static List<String> of(Commit commit) {
    return commit.events().stream().map(event -> of(commit, event)).toList();
  }

  static String of(EventStored stored) {
    return new JsonLine()
        .put("namespace", stored.namespace())
        .put("actorId", stored.actorId())
        .put("eventId", stored.eventId())
        .put("eventType", stored.type())
        .put("version", stored.version())
        .put("timestamp", stored.timestamp())
        .put("partition", stored.partition())
        .put("position", stored.position())
        .end();
  }

  static String of(Saved saved) {
    Durability durability = saved.durability();
    return new JsonLine()
        .put("commitId", saved.commitId())
        .put("firstVersion", saved.firstVersion())
        .put("lastVersion", saved.lastVersion())
        .put("partition", saved.partition())
        .put("position", saved.position())
        .put("replayed", saved.replayed())
        .putObject(
            "durability",
            new JsonLine()
                .put("replicas", durability.replicas())
                .put("sync", sync(durability.sync())))
        .end();
  }

  static String of(Snapshot snapshot) {
    JsonLine line =
        new JsonLine()
            .put("actorId", snapshot.actorId())
            .put("version", snapshot.version())
            .putData("state", snapshot.contentType(), snapshot.state().asReadOnlyByteBuffer())
            .put("contentType", snapshot.contentType())
            .putUnlessEmpty("metadata", snapshot.metadata());
    Instant taken = snapshot.timestamp();
    return (taken == null ? line : line.put("timestamp", taken)).end();
  }

  static String of(ActorSummary actor) {
    return new JsonLine().put("actorId", actor.actorId()).put("version", actor.version()).end();
  }

  private static String of(Commit commit, Event event) {
    JsonLine line =
        new JsonLine().put("namespace", commit.namespace()).put("commitId", commit.commitId());
    return put(line, event)
        .put("partition", commit.partition())
        .put("position", commit.position())
        .put("storedAt", commit.storedAt())
        .end();
  }

  private static JsonLine put(JsonLine line, Event event) {
    return line.put("actorId", event.actorId())
        .put("version", event.version())
        .put("eventType", event.type())
        .put("timestamp", event.timestamp())
        .putData("data", event.contentType(), event.data().asReadOnlyByteBuffer())
        .put("contentType", event.contentType())
        .put("eventId", event.eventId())
        .putUnlessEmpty("commandId", event.commandId())
        .putUnlessEmpty("metadata", event.metadata());
  }

  private static String sync(Durability.Sync sync) {
    return switch (sync) {
      case UNKNOWN -> "SYNC_UNSPECIFIED";
      case ALWAYS -> "SYNC_ALWAYS";
      case INTERVAL -> "SYNC_INTERVAL";
      case MEMORY -> "SYNC_MEMORY";
    };
  }
}
