package dev.aether.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which of an actor's events to read.
 *
 * @param fromVersion first version to read, unsigned; 0 for the first one
 * @param toVersion last version to read, unsigned; 0 for the latest one
 * @param maxCount maximum number of events, unsigned; 0 for all
 * @param backwards whether to read the newest events first; {@code maxCount} then selects the
 *     newest of the range
 * @param onCorrupt receives each record that cannot be decoded, and the read continues; if null,
 *     the read fails with {@link CorruptRecordException}. It is called by the thread that delivers
 *     the events, between the events next to the record
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

  /** Returns a builder; without changes it reads the whole history, oldest first. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds {@link ReadOptions}. Not thread-safe. */
  public static final class Builder {
    private long fromVersion;
    private long toVersion;
    private long maxCount;
    private boolean backwards;
    private @Nullable Consumer<ReplayError> onCorrupt;
    private CallSettings settings = CallSettings.defaults();

    private Builder() {}

    /** Sets the first version to read; 0 for the first one. */
    @CanIgnoreReturnValue
    public Builder fromVersion(long fromVersion) {
      this.fromVersion = fromVersion;
      return this;
    }

    /** Sets the last version to read; 0 for the latest one. */
    @CanIgnoreReturnValue
    public Builder toVersion(long toVersion) {
      this.toVersion = toVersion;
      return this;
    }

    /** Sets the maximum number of events; 0 for all. */
    @CanIgnoreReturnValue
    public Builder maxCount(long maxCount) {
      this.maxCount = maxCount;
      return this;
    }

    /** Sets whether to read the newest events first. */
    @CanIgnoreReturnValue
    public Builder backwards(boolean backwards) {
      this.backwards = backwards;
      return this;
    }

    /** Continues after records that cannot be decoded and hands each to the consumer. */
    @CanIgnoreReturnValue
    public Builder onCorrupt(Consumer<ReplayError> onCorrupt) {
      this.onCorrupt = onCorrupt;
      return this;
    }

    /** Sets the namespace; the client's if unset. */
    @CanIgnoreReturnValue
    public Builder namespace(String namespace) {
      this.settings = settings.withNamespace(namespace);
      return this;
    }

    /** Sets the time limit of each wait for the server, above zero; the client's if unset. */
    @CanIgnoreReturnValue
    public Builder deadline(Duration deadline) {
      this.settings = settings.withDeadline(deadline);
      return this;
    }

    /** Builds the options. */
    public ReadOptions build() {
      return new ReadOptions(fromVersion, toVersion, maxCount, backwards, onCorrupt, settings);
    }
  }
}
