package dev.aether.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which of an actor's events to read.
 *
 * @param fromVersion first version, included, unsigned; 0: from the first
 * @param toVersion last version, included, unsigned; 0: to the latest
 * @param maxCount at most so many events, unsigned; 0: all
 * @param backwards newest first, so that {@code maxCount} takes the newest of the range
 * @param onCorrupt null: a record that can't be decoded ends the read with {@link
 *     CorruptRecordException}; else it is handed here and the read goes on. Called by the thread
 *     that delivers the events, between them, near to its place
 * @param settings namespace and deadline
 */
public record ReadOptions(
    long fromVersion,
    long toVersion,
    long maxCount,
    boolean backwards,
    @Nullable Consumer<ReplayError> onCorrupt,
    CallSettings settings) {
  private static final ReadOptions ALL = builder().build();

  /** The whole history, oldest first. */
  public static ReadOptions all() {
    return ALL;
  }

  /** The events from a version on, oldest first. */
  public static ReadOptions from(long version) {
    return builder().fromVersion(version).build();
  }

  /** The newest events, newest first. */
  public static ReadOptions newest(long count) {
    return builder().backwards(true).maxCount(count).build();
  }

  /** Starts with the whole history, oldest first. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds {@link ReadOptions}; not safe for use by several threads. */
  public static final class Builder {
    private long fromVersion;
    private long toVersion;
    private long maxCount;
    private boolean backwards;
    private @Nullable Consumer<ReplayError> onCorrupt;
    private CallSettings settings = CallSettings.defaults();

    private Builder() {}

    /** Sets the first version, included; 0: from the first. */
    @CanIgnoreReturnValue
    public Builder fromVersion(long fromVersion) {
      this.fromVersion = fromVersion;
      return this;
    }

    /** Sets the last version, included; 0: to the latest. */
    @CanIgnoreReturnValue
    public Builder toVersion(long toVersion) {
      this.toVersion = toVersion;
      return this;
    }

    /** Sets the most events to read; 0: all. */
    @CanIgnoreReturnValue
    public Builder maxCount(long maxCount) {
      this.maxCount = maxCount;
      return this;
    }

    /** Says whether to read newest first. */
    @CanIgnoreReturnValue
    public Builder backwards(boolean backwards) {
      this.backwards = backwards;
      return this;
    }

    /** Goes on after records that can't be decoded, handing each to the consumer. */
    @CanIgnoreReturnValue
    public Builder onCorrupt(Consumer<ReplayError> onCorrupt) {
      this.onCorrupt = onCorrupt;
      return this;
    }

    /** Sets the namespace; unset: the client's. */
    @CanIgnoreReturnValue
    public Builder namespace(String namespace) {
      this.settings = settings.withNamespace(namespace);
      return this;
    }

    /** Sets how long to wait for the server each time, above zero; unset: the client's. */
    @CanIgnoreReturnValue
    public Builder deadline(Duration deadline) {
      this.settings = settings.withDeadline(deadline);
      return this;
    }

    /** The options. */
    public ReadOptions build() {
      return new ReadOptions(fromVersion, toVersion, maxCount, backwards, onCorrupt, settings);
    }
  }
}
