package dev.aether.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The namespaces and events of a subscription, and where it starts.
 *
 * <p>Patterns are tokens joined by dots: {@code *} matches exactly one token, {@code >} one or more
 * at the end.
 *
 * @param namespacePattern which namespaces, including those created later; null for the client's
 *     namespace
 * @param start where to start
 * @param eventTypes only commits with an event of one of these types; empty for every type
 * @param actorPattern only commits of these actors; empty for every actor
 * @param storedOnly whether to receive only notices that events were stored ({@link EventStored})
 *     instead of whole commits
 * @param includeBroadcasts whether to receive broadcasts to the namespaces, too, even to namespaces
 *     that do not exist; each arrives at most once. Event types filter broadcasts; the actor
 *     pattern and storedOnly do not
 * @param reportCorrupt whether to report records that cannot be decoded and continue, instead of
 *     failing with {@link CorruptRecordException}
 * @param resume whether to resume after a lost connection where it stopped, on another node if
 *     there is one
 * @param giveUpAfter how long to try to start or resume while nothing is received, above zero; null
 *     to never give up, which allows a subscription to start before its server. The log contains a
 *     warning after 30 s without a connection
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

  /** Copies the event types; checks the time. */
  public SubscribeOptions {
    eventTypes = List.copyOf(eventTypes);
    if (giveUpAfter != null && (giveUpAfter.isZero() || giveUpAfter.isNegative())) {
      throw new IllegalArgumentException("giveUpAfter " + giveUpAfter + " is not above zero");
    }
  }

  /** Returns a builder; without changes it subscribes to everything in the client's namespace. */
  public static Builder builder(SubscriptionStart start) {
    return new Builder(start);
  }

  /** Builds {@link SubscribeOptions}. Not thread-safe. */
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

    /** Sets which namespaces to subscribe to; the client's namespace if unset. */
    @CanIgnoreReturnValue
    public Builder namespacePattern(String namespacePattern) {
      this.namespacePattern = namespacePattern;
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

    /** Sets which actors to subscribe to; every actor if unset or empty. */
    @CanIgnoreReturnValue
    public Builder actorPattern(String actorPattern) {
      this.actorPattern = actorPattern;
      return this;
    }

    /** Sets whether to receive only notices that events were stored. */
    @CanIgnoreReturnValue
    public Builder storedOnly(boolean storedOnly) {
      this.storedOnly = storedOnly;
      return this;
    }

    /** Sets whether to receive broadcasts, too. */
    @CanIgnoreReturnValue
    public Builder includeBroadcasts(boolean includeBroadcasts) {
      this.includeBroadcasts = includeBroadcasts;
      return this;
    }

    /** Sets whether to report records that cannot be decoded and continue. */
    @CanIgnoreReturnValue
    public Builder reportCorrupt(boolean reportCorrupt) {
      this.reportCorrupt = reportCorrupt;
      return this;
    }

    /** Sets whether to resume after a lost connection; true if unset. */
    @CanIgnoreReturnValue
    public Builder resume(boolean resume) {
      this.resume = resume;
      return this;
    }

    /**
     * Sets how long to try to start or resume while nothing is received, above zero; forever if
     * unset.
     */
    @CanIgnoreReturnValue
    public Builder giveUpAfter(Duration giveUpAfter) {
      this.giveUpAfter = giveUpAfter;
      return this;
    }

    /** Builds the options. */
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
