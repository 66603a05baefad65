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
 * Events as JSON, by a table of their types and classes; how a class looks in JSON is the mapper's
 * business. Immutable; each {@link #event} makes a codec that knows one type more.
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
   * A codec that knows no type yet.
   *
   * @param mapper configured already: what is changed on it later may come too late. As Jackson
   *     begins, it refuses fields that a class hasn't; where newer code may add some, switch {@code
   *     FAIL_ON_UNKNOWN_PROPERTIES} off
   */
  public static <E> JacksonCodec<E> of(ObjectMapper mapper) {
    return new JacksonCodec<>(mapper, BytesCodec.of(CONTENT_TYPE));
  }

  /**
   * This codec with one more type. A class that has a type already is written as its first type and
   * read from each: so a type gets a new name.
   *
   * @param type the stored event's type
   * @param as the event's class itself, not one above it
   * @throws IllegalArgumentException if the type is there already
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
