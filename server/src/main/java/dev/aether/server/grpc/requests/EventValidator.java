package dev.aether.server.grpc.requests;

import com.google.protobuf.util.Timestamps;
import dev.aether.server.event.Limits;
import dev.aether.server.event.TextRule;
import dev.aether.v1.NewEvent;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Validates events that are to be saved or broadcast. */
public final class EventValidator {
  private static final TextRule EVENT_TYPE = TextRule.required(Limits.EVENT_TYPE_BYTES);
  private static final TextRule SHORT_TEXT = TextRule.bounded(Limits.SHORT_TEXT_BYTES);

  private EventValidator() {}

  public static void check(NewEvent event, FieldViolations violations) {
    violations.add("event_type", EVENT_TYPE.violation(event.getEventType()));
    violations.add("event_id", SHORT_TEXT.violation(event.getEventId()));
    violations.add("command_id", SHORT_TEXT.violation(event.getCommandId()));
    violations.add("content_type", SHORT_TEXT.violation(event.getContentType()));
    if (event.getMetadataCount() > 0) {
      checkMetadata(event.getMetadataMap(), "metadata", violations);
    }
    if (event.hasTimestamp() && !Timestamps.isValid(event.getTimestamp())) {
      violations.add(
          "timestamp", "is invalid: the year must be 1 to 9999, and nanos 0 to 999999999");
    }
  }

  public static void checkMetadata(
      Map<String, String> metadata, String field, FieldViolations violations) {
    if (metadata.size() > Limits.METADATA_KEYS) {
      violations.add(
          field, "has " + metadata.size() + " keys (maximum " + Limits.METADATA_KEYS + ")");
    }
    long bytes = metadataBytes(metadata);
    if (bytes > Limits.METADATA_BYTES) {
      violations.add(field, "is " + bytes + " bytes long (maximum " + Limits.METADATA_BYTES + ")");
    }
  }

  /** The size of metadata as its limit counts it: keys and values in UTF-8. */
  public static long metadataBytes(Map<String, String> metadata) {
    long bytes = 0;
    for (var entry : metadata.entrySet()) {
      bytes += entry.getKey().getBytes(StandardCharsets.UTF_8).length;
      bytes += entry.getValue().getBytes(StandardCharsets.UTF_8).length;
    }
    return bytes;
  }
}
