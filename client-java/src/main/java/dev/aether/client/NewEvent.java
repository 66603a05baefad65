package dev.aether.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.aether.client.internal.validation.Validation;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event on its way in: what happened to an actor, not yet given a version.
 *
 * <p>Names and sizes are checked when it is made, and again by the server.
 *
 * @param type what kind of thing happened, 1 to 256 bytes of UTF-8 without control characters
 * @param data the event itself, opaque to the server
 * @param contentType media type of the data, at most 256 bytes; empty: {@code application/json}
 * @param eventId identity of the event, at most 256 bytes; empty: the server makes a UUIDv7
 * @param commandId the command that caused the event, at most 256 bytes; may be empty
 * @param metadata at most 64 keys and 16 KiB; well known are {@code correlation_id}, {@code
 *     causation_id}, {@code user_id} and {@code traceparent}
 * @param timestamp when it happened, to the nanosecond, in the years 1 to 9999; null: the server's
 *     clock when the save arrived
 */
public record NewEvent(
    String type,
    Bytes data,
    String contentType,
    String eventId,
    String commandId,
    Map<String, String> metadata,
    @Nullable Instant timestamp) {

  /**
   * Copies the metadata.
   *
   * @throws InvalidArgumentException if a value is not as said above
   */
  public NewEvent {
    metadata = Map.copyOf(metadata);
    Validation.checkName("type", type);
    Validation.checkShortText("contentType", contentType);
    Validation.checkShortText("eventId", eventId);
    Validation.checkShortText("commandId", commandId);
    Validation.checkMetadata(metadata);
    if (timestamp != null) {
      Validation.checkTimestamp(timestamp);
    }
  }

  /**
   * An event with JSON data.
   *
   * @throws InvalidArgumentException if the data is not exactly one JSON value, or the type is not
   *     as {@link NewEvent} says
   */
  public static NewEvent json(String type, String json) {
    Validation.checkJson("data", json);
    return builder(type).data(Bytes.utf8(json)).build();
  }

  /** Starts an event of this type, without data. */
  public static Builder builder(String type) {
    return new Builder(type);
  }

  /** Builds a {@link NewEvent}; not safe for use by several threads. */
  public static final class Builder {
    private final String type;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private Bytes data = Bytes.empty();
    private String contentType = "";
    private String eventId = "";
    private String commandId = "";
    private @Nullable Instant timestamp;

    private Builder(String type) {
      this.type = type;
    }

    /** Sets the event itself. */
    @CanIgnoreReturnValue
    public Builder data(Bytes data) {
      this.data = data;
      return this;
    }

    /** Sets the event itself to a copy of the array. */
    @CanIgnoreReturnValue
    public Builder data(byte[] data) {
      return data(Bytes.copyOf(data));
    }

    /** Sets the media type of the data; unset: {@code application/json}. */
    @CanIgnoreReturnValue
    public Builder contentType(String contentType) {
      this.contentType = contentType;
      return this;
    }

    /** Sets the identity of the event; unset: the server makes one. */
    @CanIgnoreReturnValue
    public Builder eventId(String eventId) {
      this.eventId = eventId;
      return this;
    }

    /** Sets the command that caused the event. */
    @CanIgnoreReturnValue
    public Builder commandId(String commandId) {
      this.commandId = commandId;
      return this;
    }

    /** Adds or replaces one entry of the metadata. */
    @CanIgnoreReturnValue
    public Builder metadata(String key, String value) {
      metadata.put(key, value);
      return this;
    }

    /** Adds or replaces entries of the metadata. */
    @CanIgnoreReturnValue
    public Builder metadata(Map<String, String> entries) {
      metadata.putAll(entries);
      return this;
    }

    /** Sets when it happened; unset: the server's clock when the save arrived. */
    @CanIgnoreReturnValue
    public Builder timestamp(Instant timestamp) {
      this.timestamp = timestamp;
      return this;
    }

    /** The event. */
    public NewEvent build() {
      return new NewEvent(type, data, contentType, eventId, commandId, metadata, timestamp);
    }
  }
}
