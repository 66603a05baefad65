package dev.aether.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.aether.client.internal.validation.Validation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A save of one commit to one actor, with all its options.
 *
 * @param actorId the actor, 1 to 256 bytes of UTF-8 without control characters
 * @param expected the version that the writer expects the actor to have
 * @param events 1 to 1000 events, together at most 3 MiB encoded, or less if NATS is configured so
 * @param commitId the writer's id for the save, 1 to 64 characters of {@code [A-Za-z0-9_.:-]}; if
 *     empty, the client creates a UUIDv7
 * @param retry whether this save may have been sent before under the same commit id, for example by
 *     an earlier process; the client sets it in its own repeats
 * @param maxMissedEvents how many of the events that the writer missed a conflict should contain,
 *     not negative; about 2 KiB of them fit. The client's own repeats request none
 * @param settings namespace and deadline
 */
public record SaveCommand(
    String actorId,
    ExpectedVersion expected,
    List<NewEvent> events,
    String commitId,
    boolean retry,
    int maxMissedEvents,
    CallSettings settings) {

  /**
   * Copies the events.
   *
   * @throws InvalidArgumentException if a value breaks the rules above
   */
  public SaveCommand {
    events = List.copyOf(events);
    Validation.checkName("actorId", actorId);
    Validation.checkCommitId(commitId);
    Validation.checkEventCount(events.size());
    if (maxMissedEvents < 0) {
      throw new IllegalArgumentException("maxMissedEvents " + maxMissedEvents + " is negative");
    }
  }

  /** Returns a builder for a save to this actor. */
  public static Builder builder(String actorId, ExpectedVersion expected) {
    return new Builder(actorId, expected);
  }

  /** Builds a {@link SaveCommand}. Not thread-safe. */
  public static final class Builder {
    private final String actorId;
    private final ExpectedVersion expected;
    private final List<NewEvent> events = new ArrayList<>();
    private String commitId = "";
    private boolean retry;
    private int maxMissedEvents;
    private @Nullable String namespace;
    private @Nullable Duration deadline;

    private Builder(String actorId, ExpectedVersion expected) {
      this.actorId = actorId;
      this.expected = expected;
    }

    /** Adds an event. */
    @CanIgnoreReturnValue
    public Builder event(NewEvent event) {
      events.add(event);
      return this;
    }

    /** Adds events. */
    @CanIgnoreReturnValue
    public Builder events(List<NewEvent> events) {
      this.events.addAll(events);
      return this;
    }

    /** Sets the commit id; if unset, the client creates a UUIDv7. */
    @CanIgnoreReturnValue
    public Builder commitId(String commitId) {
      this.commitId = commitId;
      return this;
    }

    /** Sets whether this save may have been sent before under the same commit id. */
    @CanIgnoreReturnValue
    public Builder retry(boolean retry) {
      this.retry = retry;
      return this;
    }

    /** Sets how many of the missed events a conflict should contain. */
    @CanIgnoreReturnValue
    public Builder maxMissedEvents(int maxMissedEvents) {
      this.maxMissedEvents = maxMissedEvents;
      return this;
    }

    /** Sets the namespace; the client's if unset. */
    @CanIgnoreReturnValue
    public Builder namespace(String namespace) {
      this.namespace = namespace;
      return this;
    }

    /** Sets the time limit of the save including its repeats, above zero; the client's if unset. */
    @CanIgnoreReturnValue
    public Builder deadline(Duration deadline) {
      this.deadline = deadline;
      return this;
    }

    /** Builds the command. */
    public SaveCommand build() {
      return new SaveCommand(
          actorId,
          expected,
          events,
          commitId,
          retry,
          maxMissedEvents,
          new CallSettings(namespace, deadline));
    }
  }
}
