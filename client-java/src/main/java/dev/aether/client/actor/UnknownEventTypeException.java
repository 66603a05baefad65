package dev.aether.client.actor;

import dev.aether.client.Event;
import java.util.Locale;

/** A stored event has a type that the codec does not know, because newer or other code wrote it. */
public final class UnknownEventTypeException extends CodecException {
  private final String type;

  /** Creates the exception for this event. */
  public UnknownEventTypeException(Event event) {
    super(
        String.format(
            Locale.ROOT,
            "unknown event type \"%s\" at version %s of actor \"%s\"",
            event.type(),
            Long.toUnsignedString(event.version()),
            event.actorId()),
        null);
    this.type = event.type();
  }

  /** The event's type. */
  public String type() {
    return type;
  }
}
