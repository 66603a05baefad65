package dev.aether.client.actor;

import dev.aether.client.Bytes;

/** Makes bytes into a value. For any number of threads. */
@FunctionalInterface
public interface FromBytes<T> {
  /**
   * The value that the bytes are.
   *
   * @throws Exception if they are none; becomes a {@link CodecException}
   */
  T decode(Bytes bytes) throws Exception;
}
