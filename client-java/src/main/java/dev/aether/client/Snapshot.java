package dev.aether.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.aether.client.internal.validation.Validation;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An actor's state at a version, from which the actor can be rebuilt without reading all of its
 * events.
 *
 * @param actorId the actor
 * @param version version of the last event included in the state, at least 1, unsigned
 * @param state the state; opaque to the server, at most 3 MiB encoded
 * @param contentType media type of the state, at most 256 bytes; empty for {@code application/json}
 * @param metadata at most 64 keys and 16 KiB
 * @param timestamp when it was taken; null for the server's clock when it arrives
 */
public record Snapshot(
    String actorId,
    long version,
    Bytes state,
    String contentType,
    Map<String, String> metadata,
    @Nullable Instant timestamp) {

  /**
   * Copies the metadata.
   *
   * @throws InvalidArgumentException if a value breaks the rules above
   */
  public Snapshot {
    metadata = Map.copyOf(metadata);
    Validation.checkName("actorId", actorId);
    Validation.checkShortText("contentType", contentType);
    Validation.checkMetadata(metadata);
    if (timestamp != null) {
      Validation.checkTimestamp(timestamp);
    }
    if (version == 0) {
      throw new InvalidArgumentException("version", "must be at least 1");
    }
  }

  /** Returns a builder for a snapshot of an actor. */
  public static Builder builder(String actorId, long version, Bytes state) {
    return new Builder(actorId, version, state);
  }

  /** Builds a {@link Snapshot}. Not thread-safe. */
  public static final class Builder {
    private final String actorId;
    private final long version;
    private final Bytes state;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private String contentType = "";
    private @Nullable Instant timestamp;

    private Builder(String actorId, long version, Bytes state) {
      this.actorId = actorId;
      this.version = version;
      this.state = state;
    }

    /** Sets the media type of the state; {@code application/json} if unset. */
    @CanIgnoreReturnValue
    public Builder contentType(String contentType) {
      this.contentType = contentType;
      return this;
    }

    /** Adds or replaces one entry of the metadata. */
    @CanIgnoreReturnValue
    public Builder metadata(String key, String value) {
      metadata.put(key, value);
      return this;
    }

    /** Sets when it was taken; if unset, the server's clock when it arrives. */
    @CanIgnoreReturnValue
    public Builder timestamp(Instant timestamp) {
      this.timestamp = timestamp;
      return this;
    }

    /** Builds the snapshot. */
    public Snapshot build() {
      return new Snapshot(actorId, version, state, contentType, metadata, timestamp);
    }
  }
}
