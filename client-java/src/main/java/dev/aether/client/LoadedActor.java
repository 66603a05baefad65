package dev.aether.client;

import java.util.Iterator;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The parts from which an actor is rebuilt: its snapshot if there is one, and the events after it;
 * neither if the actor has no events. It must be closed if the events may not be read to their end.
 * Not thread-safe.
 */
public final class LoadedActor implements AutoCloseable {
  private final Stream<ActorPart> parts;
  private final Iterator<ActorPart> rest;
  private final @Nullable Snapshot snapshot;
  private @Nullable Event first;

  /** Blocks until the first part arrives. */
  LoadedActor(Stream<ActorPart> parts) {
    this.parts = parts;
    this.rest = parts.iterator();
    ActorPart part = rest.hasNext() ? rest.next() : null;
    this.snapshot = part instanceof ActorPart.SnapshotPart start ? start.snapshot() : null;
    this.first = part instanceof ActorPart.EventPart next ? next.event() : null;
  }

  /** The snapshot to start from. */
  public Optional<Snapshot> snapshot() {
    return Optional.ofNullable(snapshot);
  }

  /**
   * The events after the snapshot, in order. They can be read once. The client reads at most two
   * frames (8 MiB) ahead, and the stream's methods throw the exceptions described for {@link
   * AetherClient}. Closing the stream closes this object.
   */
  public Stream<Event> events() {
    Iterator<Event> events =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return first != null || rest.hasNext();
          }

          @Override
          public Event next() {
            Event event = first;
            first = null;
            return event == null ? ((ActorPart.EventPart) rest.next()).event() : event;
          }
        };
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(
                events, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE),
            false)
        .onClose(this::close);
  }

  /**
   * Computes the actor's state from the snapshot and the events, and closes this object.
   *
   * @param begin creates the initial state from the snapshot, if there is one
   * @param apply returns the state after an event
   */
  public <S> S fold(Function<Optional<Snapshot>, S> begin, BiFunction<S, Event, S> apply) {
    try (Stream<Event> events = events()) {
      S state = begin.apply(snapshot());
      for (Iterator<Event> i = events.iterator(); i.hasNext(); ) {
        state = apply.apply(state, i.next());
      }
      return state;
    }
  }

  /** Cancels the call if it is still running. Closing again has no effect. */
  @Override
  public void close() {
    parts.close();
  }
}
