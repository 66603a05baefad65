package dev.aether.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to follow.
 *
 * <p>Patterns are tokens joined by dots: {@code *} is exactly one whole token, {@code >} one or
 * more and only last.
 *
 * @param namespacePattern which namespaces, those made later included; null: the client's namespace
 * @param start where to begin
 * @param eventTypes only commits with an event of one of these types; empty: every type
 * @param actorPattern only commits of these actors; empty: every actor
 * @param storedOnly only that events were stored ({@link EventStored}), instead of whole commits
 * @param includeBroadcasts also broadcasts to the namespaces, made or not, each at most once; the
 *     event types count for them, the actor pattern and storedOnly do not
 * @param reportCorrupt report records that can't be decoded and go on, instead of ending with
 *     {@link CorruptRecordException}
 * @param resume go on by itself after a lost connection, where it stopped, on another node if there
 *     is one
 * @param giveUpAfter how long to try to begin or to resume without anything coming, above zero;
 *     null: for ever, so that a subscription may begin before its server is up. The log warns after
 *     30 s without a connection
 */
public record SubscribeOptions(
    @Nullable String namespacePattern,
    SubscriptionStart start,
    List<String> eventTypes,
    String actorPattern,
    boolean storedOnly,
    boolean includeBroadcasts,
    boolean reportCorrupt,
    boolean resume,
    @Nullable Duration giveUpAfter) {

  /** Copies the types; checks the time. */
  public SubscribeOptions {
    eventTypes = List.copyOf(eventTypes);
    if (giveUpAfter != null && (giveUpAfter.isZero() || giveUpAfter.isNegative())) {
      throw new IllegalArgumentException("giveUpAfter " + giveUpAfter + " is not above zero");
    }
  }

  /** Starts with everything in the client's namespace. */
  public static Builder builder(SubscriptionStart start) {
    return new Builder(start);
  }

  /** Builds {@link SubscribeOptions}; not safe for use by several threads. */
  public static final class Builder {
    private final SubscriptionStart start;
    private final List<String> eventTypes = new ArrayList<>();
    private @Nullable String namespacePattern;
    private String actorPattern = "";
    private boolean storedOnly;
    private boolean includeBroadcasts;
    private boolean reportCorrupt;
    private boolean resume = true;
    private @Nullable Duration giveUpAfter;

    private Builder(SubscriptionStart start) {
      this.start = start;
    }

    /** Sets which namespaces to follow; unset: the client's namespace. */
    @CanIgnoreReturnValue
    public Builder namespacePattern(String namespacePattern) {
      this.namespacePattern = namespacePattern;
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

    /** Sets which actors to follow; unset or empty: every actor. */
    @CanIgnoreReturnValue
    public Builder actorPattern(String actorPattern) {
      this.actorPattern = actorPattern;
      return this;
    }

    /** Says whether to be told only that events were stored. */
    @CanIgnoreReturnValue
    public Builder storedOnly(boolean storedOnly) {
      this.storedOnly = storedOnly;
      return this;
    }

    /** Says whether to receive broadcasts, too. */
    @CanIgnoreReturnValue
    public Builder includeBroadcasts(boolean includeBroadcasts) {
      this.includeBroadcasts = includeBroadcasts;
      return this;
    }

    /** Says whether to go on after records that can't be decoded. */
    @CanIgnoreReturnValue
    public Builder reportCorrupt(boolean reportCorrupt) {
      this.reportCorrupt = reportCorrupt;
      return this;
    }

    /** Says whether to go on by itself after a lost connection; unset: yes. */
    @CanIgnoreReturnValue
    public Builder resume(boolean resume) {
      this.resume = resume;
      return this;
    }

    /**
     * Sets how long to try to begin or to resume without anything coming, above zero; unset: for
     * ever.
     */
    @CanIgnoreReturnValue
    public Builder giveUpAfter(Duration giveUpAfter) {
      this.giveUpAfter = giveUpAfter;
      return this;
    }

    /** The options. */
    public SubscribeOptions build() {
      return new SubscribeOptions(
          namespacePattern,
          start,
          eventTypes,
          actorPattern,
          storedOnly,
          includeBroadcasts,
          reportCorrupt,
          resume,
          giveUpAfter);
    }
  }
}
