package dev.aether.client.actor;

import dev.aether.client.Bytes;

/** Converts a value to bytes. Safe for use by many threads. */
@FunctionalInterface
public interface ToBytes<T> {
  /**
   * Encodes the value.
   *
   * @throws Exception if it cannot be encoded; it is wrapped in a {@link CodecException}
   */
  Bytes encode(T value) throws Exception;
}
