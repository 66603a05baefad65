package dev.aether.client.jackson;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.aether.client.Bytes;
import dev.aether.client.Event;
import dev.aether.client.NewEvent;
import dev.aether.client.actor.BytesCodec;
import dev.aether.client.actor.EventCodec;

/**
 * A codec that stores events as JSON, with a table of event types and classes; the mapper
 * determines the JSON of a class. Immutable; each {@link #event} returns a codec with one more
 * type.
 */
public final class JacksonCodec<E> implements EventCodec<E> {
  /** Media type of the data. */
  public static final String CONTENT_TYPE = "application/json";

  private final ObjectMapper mapper;
  private final BytesCodec<E> table;

  private JacksonCodec(ObjectMapper mapper, BytesCodec<E> table) {
    this.mapper = mapper;
    this.table = table;
  }

  /**
   * Creates a codec without types.
   *
   * @param mapper must be fully configured: later changes may have no effect. By default, Jackson
   *     rejects fields that a class does not have; if newer code may add fields, disable {@code
   *     FAIL_ON_UNKNOWN_PROPERTIES}
   */
  public static <E> JacksonCodec<E> of(ObjectMapper mapper) {
    return new JacksonCodec<>(mapper, BytesCodec.of(CONTENT_TYPE));
  }

  /**
   * Returns this codec with one more type. A class may have several types: it is written as the
   * first and read from each, which allows a type to be renamed.
   *
   * @param type the type of the stored event
   * @param as the event's own class, not a superclass
   * @throws IllegalArgumentException if the codec already has the type
   */
  public <T extends E> JacksonCodec<E> event(String type, Class<T> as) {
    ObjectReader reader = mapper.readerFor(as);
    ObjectWriter writer = mapper.writerFor(as);
    return new JacksonCodec<>(
        mapper,
        table.event(
            type,
            as,
            event -> Bytes.wrap(writer.writeValueAsBytes(event)),
            data -> reader.readValue(data.newInputStream())));
  }

  @Override
  public NewEvent encode(E event) {
    return table.encode(event);
  }

  @Override
  public E decode(Event event) {
    return table.decode(event);
  }
}
