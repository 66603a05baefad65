package dev.aether.examples.common;

import com.google.gson.Gson;
import dev.aether.client.Bytes;
import dev.aether.client.actor.BytesCodec;
import dev.aether.client.actor.EventCodec;
import dev.aether.client.actor.StateCodec;

/** Records as JSON. What an event is called is its record's simple name. */
public final class Json {
  private static final String CONTENT_TYPE = "application/json";
  private static final Gson GSON = new Gson();

  private Json() {}

  /** Stores events that are these records. */
  @SafeVarargs
  public static <E> EventCodec<E> events(Class<? extends E>... records) {
    BytesCodec<E> codec = BytesCodec.of(CONTENT_TYPE);
    for (Class<? extends E> record : records) {
      codec = with(codec, record);
    }
    return codec;
  }

  private static <E, T extends E> BytesCodec<E> with(BytesCodec<E> codec, Class<T> record) {
    return codec.event(type(record), record, Json::write, json -> read(json, record));
  }

  /** Stores states that are this record. */
  public static <S> StateCodec<S> states(Class<S> record) {
    return StateCodec.of(CONTENT_TYPE, Json::write, json -> read(json, record));
  }

  /** The type of events that are this record. */
  public static String type(Class<?> record) {
    return record.getSimpleName();
  }

  private static Bytes write(Object record) {
    return Bytes.utf8(GSON.toJson(record));
  }

  private static <T> T read(Bytes json, Class<T> record) {
    return GSON.fromJson(json.toUtf8(), record);
  }
}
