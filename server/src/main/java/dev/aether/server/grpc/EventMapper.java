package dev.aether.server.grpc;

import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.util.Timestamps;
import dev.aether.server.codec.UuidV7;
import dev.aether.server.event.Limits;
import dev.aether.server.event.TextRule;
import dev.aether.v1.NewEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/**
 * An event as it comes in is checked here, and completed by what the server fills in, whether it is
 * to be saved or broadcast.
 */
final class EventMapper {
  static final String DEFAULT_CONTENT_TYPE = "application/json";
  private static final TextRule EVENT_TYPE = TextRule.required(Limits.EVENT_TYPE_BYTES);
  private static final TextRule SHORT_TEXT = TextRule.bounded(Limits.SHORT_TEXT_BYTES);

  private EventMapper() {}

  static void check(NewEvent event, Faults faults) {
    faults.add("event_type", EVENT_TYPE.fault(event.getEventType()));
    faults.add("event_id", SHORT_TEXT.fault(event.getEventId()));
    faults.add("command_id", SHORT_TEXT.fault(event.getCommandId()));
    faults.add("content_type", SHORT_TEXT.fault(event.getContentType()));
    if (event.getMetadataCount() > 0) {
      checkMetadata(event.getMetadataMap(), "metadata", faults);
    }
    if (event.hasTimestamp() && !Timestamps.isValid(event.getTimestamp())) {
      faults.add("timestamp", "is outside of the years 1 to 9999, or its nanos of 0 to 999999999");
    }
  }

  static void checkMetadata(Map<String, String> metadata, String field, Faults faults) {
    if (metadata.size() > Limits.METADATA_KEYS) {
      faults.add(field, "has " + metadata.size() + " keys, more than " + Limits.METADATA_KEYS);
    }
    long bytes = 0;
    for (var entry : metadata.entrySet()) {
      bytes += entry.getKey().getBytes(StandardCharsets.UTF_8).length;
      bytes += entry.getValue().getBytes(StandardCharsets.UTF_8).length;
    }
    if (bytes > Limits.METADATA_BYTES) {
      faults.add(field, "has " + bytes + " bytes, more than " + Limits.METADATA_BYTES);
    }
  }

  /** The server's clock. */
  static Timestamp now() {
    Instant clock = Instant.now();
    return Timestamp.newBuilder()
        .setSeconds(clock.getEpochSecond())
        .setNanos(clock.getNano())
        .build();
  }

  /**
   * The event with what its sender left to the server. What a newer client may have set besides
   * means nothing here, and is left out.
   */
  static NewEvent complete(NewEvent event, Timestamp now) {
    NewEvent.Builder complete = event.toBuilder();
    complete.setUnknownFields(UnknownFieldSet.getDefaultInstance());
    if (event.getEventId().isEmpty()) {
      complete.setEventId(UuidV7.next().toString());
    }
    if (event.getContentType().isEmpty()) {
      complete.setContentType(DEFAULT_CONTENT_TYPE);
    }
    if (!event.hasTimestamp()) {
      complete.setTimestamp(now);
    }
    return complete.build();
  }
}
