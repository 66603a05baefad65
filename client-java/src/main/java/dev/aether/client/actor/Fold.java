package dev.aether.client.actor;

import dev.aether.client.Event;
import dev.aether.client.retry.Conflict;
import java.util.Locale;

/** A state that takes in event after event. For one thread at a time. */
final class Fold<S, E> {
  private final ActorType<S, E> type;
  private final String actorId;
  private S state;
  private long version;

  Fold(ActorType<S, E> type, Loaded<S> begin) {
    this.type = type;
    this.actorId = begin.actorId();
    this.state = begin.state();
    this.version = begin.version();
  }

  void take(Event event) {
    if (event.version() != version + 1) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "actor \"%s\" has version %s after %s",
              actorId,
              Long.toUnsignedString(event.version()),
              Long.toUnsignedString(version)));
    }
    E decoded = type.codec().decode(event);
    if (decoded != null) {
      state = type.apply().apply(state, decoded);
    }
    version = event.version();
  }

  /** Takes what a conflict brought along; whether that is all that was missed. */
  boolean take(Conflict conflict) {
    conflict.missedEvents().forEach(this::take);
    return version == conflict.currentVersion();
  }

  long version() {
    return version;
  }

  Loaded<S> result() {
    return new Loaded<>(actorId, state, version);
  }
}
