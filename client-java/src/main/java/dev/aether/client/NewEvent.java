package dev.aether.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.aether.client.internal.validation.Validation;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event to be saved, which has no version yet.
 *
 * <p>Names and sizes are checked here, and again by the server.
 *
 * @param type type of the event, 1 to 256 bytes of UTF-8 without control characters
 * @param data its data, opaque to the server
 * @param contentType media type of the data, at most 256 bytes; empty for {@code application/json}
 * @param eventId id of the event, at most 256 bytes; if empty, the server creates a UUIDv7
 * @param commandId the command that caused the event, at most 256 bytes; may be empty
 * @param metadata at most 64 keys and 16 KiB; well-known keys are {@code correlation_id}, {@code
 *     causation_id}, {@code user_id} and {@code traceparent}
 * @param timestamp when it happened, in nanosecond precision, in the years 1 to 9999; null for the
 *     server's clock when the save arrives
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
   * @throws InvalidArgumentException if a value breaks the rules above
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
   * Creates an event with JSON data.
   *
   * @throws InvalidArgumentException if the data is not exactly one JSON value, or the type breaks
   *     the rules of {@link NewEvent}
   */
  public static NewEvent json(String type, String json) {
    Validation.checkJson("data", json);
    return builder(type).data(Bytes.utf8(json)).build();
  }

  /** Returns a builder for an event of this type, without data. */
  public static Builder builder(String type) {
    return new Builder(type);
  }

  /** Builds a {@link NewEvent}. Not thread-safe. */
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

    /** Sets the data. */
    @CanIgnoreReturnValue
    public Builder data(Bytes data) {
      this.data = data;
      return this;
    }

    /** Sets the data to a copy of the array. */
    @CanIgnoreReturnValue
    public Builder data(byte[] data) {
      return data(Bytes.copyOf(data));
    }

    /** Sets the media type of the data; {@code application/json} if unset. */
    @CanIgnoreReturnValue
    public Builder contentType(String contentType) {
      this.contentType = contentType;
      return this;
    }

    /** Sets the id of the event; if unset, the server creates one. */
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

    /** Sets when it happened; if unset, the server's clock when the save arrives. */
    @CanIgnoreReturnValue
    public Builder timestamp(Instant timestamp) {
      this.timestamp = timestamp;
      return this;
    }

    /** Builds the event. */
    public NewEvent build() {
      return new NewEvent(type, data, contentType, eventId, commandId, metadata, timestamp);
    }
  }
}
