package dev.aether.client.actor;

import dev.aether.client.Event;
import dev.aether.client.retry.Conflict;
import java.util.Locale;

/** A state to which events are applied one after another. Used by one thread at a time. */
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
              "the history of actor \"%s\" has a gap: version %s follows %s",
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

  /** Applies the missed events of a conflict; returns whether these were all of them. */
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
