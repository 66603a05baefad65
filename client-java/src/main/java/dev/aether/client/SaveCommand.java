package dev.aether.client;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.aether.client.internal.validation.Validation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A save in full: one commit to one actor.
 *
 * @param actorId the actor, 1 to 256 bytes of UTF-8 without control characters
 * @param expected what the writer expects of the actor
 * @param events 1 to 1000 events; together at most 3 MiB encoded, or less if NATS is set lower
 * @param commitId the writer's name for the save, 1 to 64 of {@code [A-Za-z0-9_.:-]}; empty: the
 *     client makes a UUIDv7
 * @param retry says that this save may have been sent before under the same commit id, by an
 *     earlier process for example; repeats of the client's own set it by themselves
 * @param maxMissedEvents how many of the events that the writer missed a conflict should bring, not
 *     negative; about 2 KiB of them fit; repeats of the client's own ask for none
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
   * @throws InvalidArgumentException if a value is not as said above
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

  /** Starts a save to this actor. */
  public static Builder builder(String actorId, ExpectedVersion expected) {
    return new Builder(actorId, expected);
  }

  /** Builds a {@link SaveCommand}; not safe for use by several threads. */
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

    /** Sets the commit's id; unset: the client makes a UUIDv7. */
    @CanIgnoreReturnValue
    public Builder commitId(String commitId) {
      this.commitId = commitId;
      return this;
    }

    /** Says whether this save may have been sent before under the same commit id. */
    @CanIgnoreReturnValue
    public Builder retry(boolean retry) {
      this.retry = retry;
      return this;
    }

    /** Sets how many of the missed events a conflict should bring. */
    @CanIgnoreReturnValue
    public Builder maxMissedEvents(int maxMissedEvents) {
      this.maxMissedEvents = maxMissedEvents;
      return this;
    }

    /** Sets the namespace; unset: the client's. */
    @CanIgnoreReturnValue
    public Builder namespace(String namespace) {
      this.namespace = namespace;
      return this;
    }

    /** Sets the time for the save with all its repeats, above zero; unset: the client's. */
    @CanIgnoreReturnValue
    public Builder deadline(Duration deadline) {
      this.deadline = deadline;
      return this;
    }

    /** The save. */
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
