package dev.aether.client.actor;

import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import java.util.HashMap;
import java.util.Map;

/**
 * The origin of events: metadata that is passed on from an event to the events it causes. Empty
 * text means unknown.
 *
 * @param correlationId groups everything that goes back to the same first cause
 * @param causationId the event or message that caused the event
 * @param userId the user on whose behalf it happens
 * @param traceparent the W3C trace context
 * @param commandId the command that is handled, for {@link NewEvent#commandId()}; not passed on
 */
public record EventContext(
    String correlationId, String causationId, String userId, String traceparent, String commandId) {
  /** Metadata key of {@link #correlationId}. */
  public static final String CORRELATION_ID = "correlation_id";

  /** Metadata key of {@link #causationId}. */
  public static final String CAUSATION_ID = "causation_id";

  /** Metadata key of {@link #userId}. */
  public static final String USER_ID = "user_id";

  /** Metadata key of {@link #traceparent}. */
  public static final String TRACEPARENT = "traceparent";

  private static final EventContext NONE = new EventContext("", "", "", "", "");

  /** An empty context. */
  public static EventContext none() {
    return NONE;
  }

  /**
   * The context of what an event causes: caused by its id, in its correlation (or in one that
   * starts with the event if it has none), on behalf of the same user, in the same trace.
   */
  public static EventContext causedBy(Event event) {
    Map<String, String> carried = event.metadata();
    String correlation = carried.getOrDefault(CORRELATION_ID, "");
    return new EventContext(
        correlation.isEmpty() ? event.eventId() : correlation,
        event.eventId(),
        carried.getOrDefault(USER_ID, ""),
        carried.getOrDefault(TRACEPARENT, ""),
        "");
  }

  /** Returns this context with another correlation id. */
  public EventContext withCorrelationId(String id) {
    return new EventContext(id, causationId, userId, traceparent, commandId);
  }

  /** Returns this context with another cause. */
  public EventContext withCausationId(String id) {
    return new EventContext(correlationId, id, userId, traceparent, commandId);
  }

  /** Returns this context with another user. */
  public EventContext withUserId(String id) {
    return new EventContext(correlationId, causationId, id, traceparent, commandId);
  }

  /** Returns this context with another trace context. */
  public EventContext withTraceparent(String value) {
    return new EventContext(correlationId, causationId, userId, value, commandId);
  }

  /** Returns this context with another command. */
  public EventContext withCommandId(String id) {
    return new EventContext(correlationId, causationId, userId, traceparent, id);
  }

  /** The known values under their well-known keys; without the command, which is not metadata. */
  public Map<String, String> metadata() {
    Map<String, String> known = new HashMap<>();
    known.put(CORRELATION_ID, correlationId);
    known.put(CAUSATION_ID, causationId);
    known.put(USER_ID, userId);
    known.put(TRACEPARENT, traceparent);
    known.values().removeIf(String::isEmpty);
    return Map.copyOf(known);
  }

  /** Adds this context to an event; values that the event already has are kept. */
  public NewEvent on(NewEvent event) {
    Map<String, String> entries = new HashMap<>(metadata());
    entries.putAll(event.metadata());
    return new NewEvent(
        event.type(),
        event.data(),
        event.contentType(),
        event.eventId(),
        event.commandId().isEmpty() ? commandId : event.commandId(),
        entries,
        event.timestamp());
  }
}
