package dev.aether.client.actor;

import dev.aether.client.Bytes;

/**
 * Converts the states of a type of actor to and from their stored form. Safe for use by many
 * threads.
 */
public interface StateCodec<S> {
  /**
   * Media type of the stored state, at most 256 bytes. Only snapshots with this content type are
   * used, so change it whenever stored states no longer fit the code, for example to {@code
   * application/json;v=2}. Until new snapshots are saved, states are then computed from the events.
   */
  String contentType();

  /**
   * Encodes a state, to at most 3 MiB.
   *
   * @throws CodecException if it cannot be encoded
   */
  Bytes encode(S state);

  /**
   * Decodes a state.
   *
   * @throws CodecException if it cannot be decoded
   */
  S decode(Bytes bytes);

  /** Creates a codec from two functions. */
  static <S> StateCodec<S> of(String contentType, ToBytes<S> to, FromBytes<S> from) {
    return new FunctionsStateCodec<>(contentType, to, from);
  }
}
