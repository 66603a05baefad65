package dev.aether.server.console;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.aether.server.store.LogEntry;
import dev.aether.v1.Commit;
import dev.aether.v1.Event;
import dev.aether.v1.Snapshot;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;

/**
 * Events as JSON for the console. Data stays text, exactly as it was saved, since numbers of JSON
 * may be too large for a browser. Versions are text for the same reason.
 */
final class EventJson {
  private EventJson() {}

  /**
   * One event of a commit.
   *
   * @param index its place in the commit, from 0
   */
  static JsonObject event(LogEntry.StoredCommit stored, Commit commit, int index) {
    Event event = commit.getEvents(index);
    JsonObject json = new JsonObject();
    json.addProperty("namespace", commit.getNamespace());
    json.addProperty("actorId", event.getActorId());
    json.addProperty("version", Long.toUnsignedString(event.getVersion()));
    json.addProperty("eventId", event.getEventId());
    json.addProperty("eventType", event.getEventType());
    json.addProperty("commandId", event.getCommandId());
    json.addProperty("commitId", commit.getCommitId());
    json.addProperty("timestamp", time(event.getTimestamp()));
    json.addProperty("storedAt", stored.storedAt().toString());
    json.addProperty("position", Long.toUnsignedString(stored.position()));
    json.add("metadata", map(event.getMetadataMap()));
    data(json, event.getContentType(), event.getData());
    return json;
  }

  static JsonObject snapshot(Snapshot snapshot) {
    JsonObject json = new JsonObject();
    json.addProperty("version", Long.toUnsignedString(snapshot.getVersion()));
    json.addProperty("timestamp", time(snapshot.getTimestamp()));
    json.add("metadata", map(snapshot.getMetadataMap()));
    data(json, snapshot.getContentType(), snapshot.getState());
    return json;
  }

  /** A record that cannot be decoded. */
  static JsonObject corrupt(LogEntry.Corrupt record) {
    JsonObject json = new JsonObject();
    json.addProperty("actorId", record.actorId());
    json.addProperty("position", Long.toUnsignedString(record.position()));
    json.addProperty("corrupt", record.why());
    return json;
  }

  private static void data(JsonObject json, String contentType, ByteString data) {
    json.addProperty("contentType", contentType);
    if (data.isValidUtf8()) {
      json.addProperty("data", data.toStringUtf8());
    } else {
      json.addProperty("dataBase64", Base64.getEncoder().encodeToString(data.toByteArray()));
    }
  }

  private static JsonArray map(Map<String, String> values) {
    JsonArray pairs = new JsonArray();
    values.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            entry -> {
              JsonArray pair = new JsonArray();
              pair.add(entry.getKey());
              pair.add(entry.getValue());
              pairs.add(pair);
            });
    return pairs;
  }

  private static String time(Timestamp time) {
    return Instant.ofEpochSecond(time.getSeconds(), time.getNanos()).toString();
  }
}
