package dev.aether.examples.projection;

import dev.aether.client.Event;
import dev.aether.client.actor.EventCodec;
import dev.aether.examples.common.Json;
import java.util.Objects;

/** The event: a till sold an article. */
record Sold(String article, long cents) {
  static final EventCodec<Sold> CODEC = Json.events(Sold.class);

  static Sold read(Event event) {
    return Objects.requireNonNull(CODEC.decode(event));
  }
}
