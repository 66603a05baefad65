package dev.aether.client.actor;

import dev.aether.client.Bytes;
import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * A codec with a table of event types: for each type its class, and functions that convert it to
 * bytes and back. Immutable; each {@link #event} returns a codec with one more type.
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
   * Creates a codec without types.
   *
   * @param contentType media type of the data of all events, at most 256 bytes
   */
  public static <E> BytesCodec<E> of(String contentType) {
    return new BytesCodec<>(contentType, Map.of(), Map.of());
  }

  /**
   * Returns this codec with one more type. A class may have several types: it is written as the
   * first and read from each, which allows a type to be renamed.
   *
   * @param type the type of the stored event
   * @param as the event's own class, not a superclass
   * @throws IllegalArgumentException if the codec already has the type
   */
  public <T extends E> BytesCodec<E> event(
      String type, Class<T> as, ToBytes<T> to, FromBytes<T> from) {
    Entry<T> entry = new Entry<>(type, as, to, from);
    Map<String, Entry<?>> types = new HashMap<>(byType);
    if (types.put(type, entry) != null) {
      throw new IllegalArgumentException("event type \"" + type + "\" is already in the codec");
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
          String.format(Locale.ROOT, "cannot encode an event of type \"%s\"", entry.type()), e);
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
              "cannot decode version %s of actor \"%s\", of type \"%s\"",
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
