package dev.aether.client.actor;

import dev.aether.client.Bytes;

/** Converts bytes to a value. Safe for use by many threads. */
@FunctionalInterface
public interface FromBytes<T> {
  /**
   * Decodes the bytes.
   *
   * @throws Exception if they cannot be decoded; it is wrapped in a {@link CodecException}
   */
  T decode(Bytes bytes) throws Exception;
}
