package dev.aether.client.actor;

import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import java.util.HashMap;
import java.util.Map;

/**
 * Why events happen, and on whose behalf: metadata that is carried from an event to those it
 * causes. Empty text: not known.
 *
 * @param correlationId what belongs together: the same for all that one first cause brought about
 * @param causationId the event or message that is the cause
 * @param userId on whose behalf
 * @param traceparent the W3C trace context
 * @param commandId the command that is handled; {@link NewEvent#commandId()}. Not carried on
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

  /** Nothing is known. */
  public static EventContext none() {
    return NONE;
  }

  /**
   * The context of what an event causes: caused by its id, in the same correlation (which begins
   * with it, where it has none), on behalf of the same user, in the same trace.
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

  /** This context in another correlation. */
  public EventContext withCorrelationId(String id) {
    return new EventContext(id, causationId, userId, traceparent, commandId);
  }

  /** This context with another cause. */
  public EventContext withCausationId(String id) {
    return new EventContext(correlationId, id, userId, traceparent, commandId);
  }

  /** This context on behalf of somebody else. */
  public EventContext withUserId(String id) {
    return new EventContext(correlationId, causationId, id, traceparent, commandId);
  }

  /** This context in another trace, or another span of it. */
  public EventContext withTraceparent(String value) {
    return new EventContext(correlationId, causationId, userId, value, commandId);
  }

  /** This context for a command. */
  public EventContext withCommandId(String id) {
    return new EventContext(correlationId, causationId, userId, traceparent, id);
  }

  /** What is known, under its well known keys; without the command, which is no metadata. */
  public Map<String, String> metadata() {
    Map<String, String> known = new HashMap<>();
    known.put(CORRELATION_ID, correlationId);
    known.put(CAUSATION_ID, causationId);
    known.put(USER_ID, userId);
    known.put(TRACEPARENT, traceparent);
    known.values().removeIf(String::isEmpty);
    return Map.copyOf(known);
  }

  /** The event in this context; what it says itself stays. */
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
