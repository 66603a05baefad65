package dev.aether.server.cli.export;

import dev.aether.client.Commit;
import dev.aether.client.Event;
import dev.aether.client.Snapshot;
import dev.aether.server.cli.json.JsonLine;
import java.util.List;
import java.util.TreeMap;

/** Formats what is stored as lines for an import, without loss and identically each time. */
final class ExportLines {
  private ExportLines() {}

  /** One line per event. Consecutive lines with the same commitId and position are one commit. */
  static List<String> of(Commit commit) {
    return commit.events().stream().map(event -> of(commit, event)).toList();
  }

  private static String of(Commit commit, Event event) {
    return new JsonLine()
        .put("namespace", commit.namespace())
        .put("actorId", event.actorId())
        .put("version", event.version())
        .put("eventType", event.type())
        .put("time", event.timestamp())
        .putExactly("data", event.contentType(), event.data().asReadOnlyByteBuffer())
        .put("contentType", event.contentType())
        .put("eventId", event.eventId())
        .putUnlessEmpty("commandId", event.commandId())
        .putUnlessEmpty("metadata", new TreeMap<>(event.metadata()))
        .put("commitId", commit.commitId())
        .put("storedAt", commit.storedAt())
        .put("partition", commit.partition())
        .put("position", commit.position())
        .end();
  }

  static String of(String namespace, Snapshot snapshot) {
    JsonLine line =
        new JsonLine()
            .put("namespace", namespace)
            .put("actorId", snapshot.actorId())
            .put("version", snapshot.version())
            .putExactly("state", snapshot.contentType(), snapshot.state().asReadOnlyByteBuffer())
            .put("contentType", snapshot.contentType())
            .putUnlessEmpty("metadata", new TreeMap<>(snapshot.metadata()));
    if (snapshot.timestamp() != null) {
      line.put("timestamp", snapshot.timestamp());
    }
    return new JsonLine().putObject("snapshot", line).end();
  }
}
