package dev.aether.client.actor;

import dev.aether.client.Event;

/** A stored event has a type that the codec doesn't know: newer code wrote it, or other code. */
public final class UnknownEventTypeException extends CodecException {
  private final String type;

  /** Of this event. */
  public UnknownEventTypeException(Event event) {
    super(
        "unknown event type \"%s\" at version %d of actor \"%s\""
            .formatted(event.type(), event.version(), event.actorId()),
        null);
    this.type = event.type();
  }

  /** The event's type. */
  public String type() {
    return type;
  }
}
