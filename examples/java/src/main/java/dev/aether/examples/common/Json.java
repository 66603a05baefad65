package dev.aether.examples.common;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.aether.client.actor.EventCodec;
import dev.aether.client.actor.StateCodec;
import dev.aether.client.jackson.JacksonCodec;
import dev.aether.client.jackson.JacksonStateCodec;

/** Encodes records as JSON. The type of an event is the simple name of its record. */
public final class Json {
  /** Allows events without fields. */
  private static final ObjectMapper MAPPER =
      new ObjectMapper().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);

  private Json() {}

  /** A codec for events that are instances of these records. */
  @SafeVarargs
  public static <E> EventCodec<E> events(Class<? extends E>... records) {
    JacksonCodec<E> codec = JacksonCodec.of(MAPPER);
    for (Class<? extends E> record : records) {
      codec = codec.event(type(record), record);
    }
    return codec;
  }

  /** A codec for states that are instances of this record. */
  public static <S> StateCodec<S> states(Class<S> record) {
    return JacksonStateCodec.of(MAPPER, record);
  }

  /** The type of events that are instances of this record. */
  public static String type(Class<?> record) {
    return record.getSimpleName();
  }
}
