package dev.aether.client.actor;

import dev.aether.client.Bytes;
import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A codec by a table: for each type of event its class, and how that is made into bytes and back.
 * Immutable; each {@link #event} makes a codec that knows one type more.
 */
public final class BytesCodec<E> implements EventCodec<E> {
  private final String contentType;
  private final Map<String, Entry<?>> byType;
  private final Map<Class<?>, Entry<?>> byClass;

  private BytesCodec(
      String contentType, Map<String, Entry<?>> byType, Map<Class<?>, Entry<?>> byClass) {
    this.contentType = contentType;
    this.byType = byType;
    this.byClass = byClass;
  }

  private record Entry<T>(String type, Class<T> as, ToBytes<T> to, FromBytes<T> from) {
    Bytes encode(Object event) throws Exception {
      return to.encode(as.cast(event));
    }
  }

  /**
   * A codec that knows no type yet.
   *
   * @param contentType media type of all events' data, at most 256 bytes
   */
  public static <E> BytesCodec<E> of(String contentType) {
    return new BytesCodec<>(contentType, Map.of(), Map.of());
  }

  /**
   * This codec with one more type. A class that has a type already is written as its first type and
   * read from each: so a type gets a new name.
   *
   * @param type the stored event's type
   * @param as the event's class itself, not one above it
   * @throws IllegalArgumentException if the type is there already
   */
  public <T extends E> BytesCodec<E> event(
      String type, Class<T> as, ToBytes<T> to, FromBytes<T> from) {
    Entry<T> entry = new Entry<>(type, as, to, from);
    Map<String, Entry<?>> types = new HashMap<>(byType);
    if (types.put(type, entry) != null) {
      throw new IllegalArgumentException("event type \"" + type + "\" is there already");
    }
    Map<Class<?>, Entry<?>> classes = new HashMap<>(byClass);
    classes.putIfAbsent(as, entry);
    return new BytesCodec<>(contentType, types, classes);
  }

  @Override
  public NewEvent encode(E event) {
    Entry<?> entry = byClass.get(event.getClass());
    if (entry == null) {
      throw new CodecException("no event type for " + event.getClass(), null);
    }
    try {
      return NewEvent.builder(entry.type())
          .data(entry.encode(event))
          .contentType(contentType)
          .build();
    } catch (Exception e) {
      throw new CodecException(
          String.format(Locale.ROOT, "an event of type \"%s\"", entry.type()), e);
    }
  }

  @Override
  public E decode(Event event) {
    Entry<? extends E> entry = entry(event);
    try {
      return Objects.requireNonNull(entry.from().decode(event.data()));
    } catch (Exception e) {
      throw new CodecException(
          String.format(
              Locale.ROOT,
              "version %s of actor \"%s\", a \"%s\"",
              Long.toUnsignedString(event.version()),
              event.actorId(),
              event.type()),
          e);
    }
  }

  @SuppressWarnings("unchecked") // Only event(…) adds entries, of classes below E.
  private Entry<? extends E> entry(Event event) {
    Entry<?> entry = byType.get(event.type());
    if (entry == null) {
      throw new UnknownEventTypeException(event);
    }
    return (Entry<? extends E>) entry;
  }
}
