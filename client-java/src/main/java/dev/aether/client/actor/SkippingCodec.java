package dev.aether.client.actor;

import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import org.jspecify.annotations.Nullable;

/** Wraps a codec and skips events of unknown types. */
record SkippingCodec<E>(EventCodec<E> codec) implements EventCodec<E> {
  @Override
  public NewEvent encode(E event) {
    return codec.encode(event);
  }

  @Override
  public @Nullable E decode(Event event) {
    try {
      return codec.decode(event);
    } catch (UnknownEventTypeException unknown) {
      return null;
    }
  }
}
