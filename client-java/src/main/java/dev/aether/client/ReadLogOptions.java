package dev.aether.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which logs to read, and which of their commits.
 *
 * <p>Patterns are tokens joined by dots: {@code *} matches exactly one token, {@code >} one or more
 * at the end.
 *
 * @param namespacePattern which namespaces; null for the client's namespace
 * @param after the cursor to start after, from a subscription or a read with the same pattern; null
 *     to start at the beginning
 * @param eventTypes only commits with an event of one of these types; empty for every type
 * @param actorPattern only commits of these actors; empty for every actor
 * @param maxCount maximum number of commits, not negative; 0 for all
 * @param reportCorrupt whether to report records that cannot be decoded and continue, instead of
 *     failing with {@link CorruptRecordException}
 * @param deadline time limit of each wait for the server, above zero; null for the client's
 */
public record ReadLogOptions(
    @Nullable String namespacePattern,
    @Nullable Cursor after,
    List<String> eventTypes,
    String actorPattern,
    long maxCount,
    boolean reportCorrupt,
    @Nullable Duration deadline) {
  private static final ReadLogOptions ALL = builder().build();

  /** Copies the types; checks the numbers. */
  public ReadLogOptions {
    eventTypes = List.copyOf(eventTypes);
    if (maxCount < 0) {
      throw new IllegalArgumentException("maxCount " + maxCount + " is negative");
    }
    if (deadline != null && (deadline.isZero() || deadline.isNegative())) {
      throw new IllegalArgumentException("deadline " + deadline + " is not above zero");
    }
  }

  /** The whole log of the client's namespace. */
  public static ReadLogOptions all() {
    return ALL;
  }

  /** The log of the client's namespace after a cursor. */
  public static ReadLogOptions after(Cursor cursor) {
    return builder().after(cursor).build();
  }

  /** Returns a builder; without changes it reads the whole log of the client's namespace. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds {@link ReadLogOptions}. Not thread-safe. */
  public static final class Builder {
    private final List<String> eventTypes = new ArrayList<>();
    private @Nullable String namespacePattern;
    private @Nullable Cursor after;
    private String actorPattern = "";
    private long maxCount;
    private boolean reportCorrupt;
    private @Nullable Duration deadline;

    private Builder() {}

    /** Sets which namespaces to read; the client's namespace if unset. */
    @CanIgnoreReturnValue
    public Builder namespacePattern(String namespacePattern) {
      this.namespacePattern = namespacePattern;
      return this;
    }

    /** Sets the cursor to start after; the beginning if unset. */
    @CanIgnoreReturnValue
    public Builder after(Cursor after) {
      this.after = after;
      return this;
    }

    /** Adds an event type to the filter. */
    @CanIgnoreReturnValue
    public Builder eventType(String eventType) {
      eventTypes.add(eventType);
      return this;
    }

    /** Adds event types to the filter. */
    @CanIgnoreReturnValue
    public Builder eventTypes(List<String> eventTypes) {
      this.eventTypes.addAll(eventTypes);
      return this;
    }

    /** Sets which actors to read; every actor if unset or empty. */
    @CanIgnoreReturnValue
    public Builder actorPattern(String actorPattern) {
      this.actorPattern = actorPattern;
      return this;
    }

    /** Sets the maximum number of commits; 0 for all. */
    @CanIgnoreReturnValue
    public Builder maxCount(long maxCount) {
      this.maxCount = maxCount;
      return this;
    }

    /** Sets whether to report records that cannot be decoded and continue. */
    @CanIgnoreReturnValue
    public Builder reportCorrupt(boolean reportCorrupt) {
      this.reportCorrupt = reportCorrupt;
      return this;
    }

    /** Sets the time limit of each wait for the server, above zero; the client's if unset. */
    @CanIgnoreReturnValue
    public Builder deadline(Duration deadline) {
      this.deadline = deadline;
      return this;
    }

    /** Builds the options. */
    public ReadLogOptions build() {
      return new ReadLogOptions(
          namespacePattern, after, eventTypes, actorPattern, maxCount, reportCorrupt, deadline);
    }
  }
}
