package dev.aether.client.actor;

import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import org.jspecify.annotations.Nullable;

/** How a kind of actor's events are stored. For any number of threads. */
public interface EventCodec<E> {
  /**
   * The event as it is to be stored.
   *
   * @throws CodecException if it can't be
   */
  NewEvent encode(E event);

  /**
   * What a stored event says; null: nothing that concerns the state.
   *
   * @throws UnknownEventTypeException if its type is unknown here
   * @throws CodecException if it can't be decoded
   */
  @Nullable E decode(Event event);

  /**
   * This codec, but events of unknown types don't concern the state. Only where that is so: a
   * decision on a state that left out what newer code wrote may be wrong.
   */
  default EventCodec<E> skippingUnknown() {
    return new SkippingCodec<>(this);
  }
}
