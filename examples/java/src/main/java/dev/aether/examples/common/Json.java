package dev.aether.examples.common;

import com.google.gson.Gson;
import dev.aether.client.Bytes;
import dev.aether.client.NewEvent;

/** Records as JSON. What an event is called is its record's simple name. */
public final class Json {
  private static final Gson GSON = new Gson();

  private Json() {}

  /** Starts an event of a record. */
  public static NewEvent.Builder event(Record record) {
    return NewEvent.builder(type(record.getClass())).data(write(record));
  }

  /** The type of events of this record. */
  public static String type(Class<?> record) {
    return record.getSimpleName();
  }

  /** The record as JSON in UTF-8. */
  public static Bytes write(Object record) {
    return Bytes.utf8(GSON.toJson(record));
  }

  /** The record that the bytes are. */
  public static <T> T read(Bytes json, Class<T> record) {
    return GSON.fromJson(json.toUtf8(), record);
  }
}
