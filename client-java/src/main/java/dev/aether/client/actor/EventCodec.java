package dev.aether.client.actor;

import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import org.jspecify.annotations.Nullable;

/**
 * Converts the events of a type of actor to and from their stored form. Safe for use by many
 * threads.
 */
public interface EventCodec<E> {
  /**
   * Encodes an event.
   *
   * @throws CodecException if it cannot be encoded
   */
  NewEvent encode(E event);

  /**
   * Decodes a stored event; returns null if it does not concern the state.
   *
   * @throws UnknownEventTypeException if its type is unknown
   * @throws CodecException if it cannot be decoded
   */
  @Nullable E decode(Event event);

  /**
   * Returns this codec, but events of unknown types do not concern the state. Use it only where
   * this is true: a decision on a state that ignores events of newer code may be wrong.
   */
  default EventCodec<E> skippingUnknown() {
    return new SkippingCodec<>(this);
  }
}
