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
 * What rebuilds an actor: its snapshot if there is one, and the events after it; neither for an
 * actor nobody wrote. Must be closed if the events may not be read to their end. For one thread.
 */
public final class LoadedActor implements AutoCloseable {
  private final Stream<ActorPart> parts;
  private final Iterator<ActorPart> rest;
  private final @Nullable Snapshot snapshot;
  private @Nullable Event first;

  /** Waits for the first part. */
  LoadedActor(Stream<ActorPart> parts) {
    this.parts = parts;
    this.rest = parts.iterator();
    ActorPart part = rest.hasNext() ? rest.next() : null;
    this.snapshot = part instanceof ActorPart.Begin begin ? begin.snapshot() : null;
    this.first = part instanceof ActorPart.Next next ? next.event() : null;
  }

  /** The snapshot to begin with. */
  public Optional<Snapshot> snapshot() {
    return Optional.ofNullable(snapshot);
  }

  /**
   * The events after the snapshot, in order; can be read once. They are fetched while they are
   * read, at most two frames (8 MiB) ahead, and their methods throw as {@link AetherClient} says.
   * Closing the stream closes this.
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
            return event == null ? ((ActorPart.Next) rest.next()).event() : event;
          }
        };
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(
                events, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE),
            false)
        .onClose(this::close);
  }

  /**
   * The actor's state: begins with the snapshot, or without one, and takes in event after event.
   * Closes this.
   *
   * @param begin makes the state to begin with
   * @param apply makes the state after an event
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

  /** Ends the call if it runs; again does nothing. */
  @Override
  public void close() {
    parts.close();
  }
}
