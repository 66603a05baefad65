package dev.aether.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which logs to read, and what of them.
 *
 * <p>Patterns are tokens joined by dots: {@code *} is exactly one whole token, {@code >} one or
 * more and only last.
 *
 * @param namespacePattern which namespaces; null: the client's namespace
 * @param after where to begin: a cursor of a subscription or of a read with the same pattern; null:
 *     at the beginning
 * @param eventTypes only commits with an event of one of these types; empty: every type
 * @param actorPattern only commits of these actors; empty: every actor
 * @param maxCount at most so many commits, not negative; 0: all
 * @param reportCorrupt report records that can't be decoded and go on, instead of ending with
 *     {@link CorruptRecordException}
 * @param deadline how long to wait for the server each time, above zero; null: the client's
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

  /** Starts with the whole log of the client's namespace. */
  public static Builder builder() {
    return new Builder();
  }

  /** Builds {@link ReadLogOptions}; not safe for use by several threads. */
  public static final class Builder {
    private final List<String> eventTypes = new ArrayList<>();
    private @Nullable String namespacePattern;
    private @Nullable Cursor after;
    private String actorPattern = "";
    private long maxCount;
    private boolean reportCorrupt;
    private @Nullable Duration deadline;

    private Builder() {}

    /** Sets which namespaces to read; unset: the client's namespace. */
    @CanIgnoreReturnValue
    public Builder namespacePattern(String namespacePattern) {
      this.namespacePattern = namespacePattern;
      return this;
    }

    /** Sets where to begin; unset: at the beginning. */
    @CanIgnoreReturnValue
    public Builder after(Cursor after) {
      this.after = after;
      return this;
    }

    /** Adds a type of event to the filter. */
    @CanIgnoreReturnValue
    public Builder eventType(String eventType) {
      eventTypes.add(eventType);
      return this;
    }

    /** Adds types of events to the filter. */
    @CanIgnoreReturnValue
    public Builder eventTypes(List<String> eventTypes) {
      this.eventTypes.addAll(eventTypes);
      return this;
    }

    /** Sets which actors; unset or empty: every actor. */
    @CanIgnoreReturnValue
    public Builder actorPattern(String actorPattern) {
      this.actorPattern = actorPattern;
      return this;
    }

    /** Sets the most commits to read; 0: all. */
    @CanIgnoreReturnValue
    public Builder maxCount(long maxCount) {
      this.maxCount = maxCount;
      return this;
    }

    /** Says whether to go on after records that can't be decoded. */
    @CanIgnoreReturnValue
    public Builder reportCorrupt(boolean reportCorrupt) {
      this.reportCorrupt = reportCorrupt;
      return this;
    }

    /** Sets how long to wait for the server each time, above zero; unset: the client's. */
    @CanIgnoreReturnValue
    public Builder deadline(Duration deadline) {
      this.deadline = deadline;
      return this;
    }

    /** The options. */
    public ReadLogOptions build() {
      return new ReadLogOptions(
          namespacePattern, after, eventTypes, actorPattern, maxCount, reportCorrupt, deadline);
    }
  }
}
