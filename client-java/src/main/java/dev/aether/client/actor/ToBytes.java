package dev.aether.client.actor;

import dev.aether.client.Bytes;

/** Makes a value into bytes. For any number of threads. */
@FunctionalInterface
public interface ToBytes<T> {
  /**
   * The value's bytes.
   *
   * @throws Exception if it has none; becomes a {@link CodecException}
   */
  Bytes encode(T value) throws Exception;
}
