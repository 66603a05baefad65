package dev.aether.client.actor;

import dev.aether.client.Bytes;

/** How a kind of actor's states are stored. For any number of threads. */
public interface StateCodec<S> {
  /**
   * Media type of the stored state, at most 256 bytes. Only snapshots of this very type are read,
   * so change it whenever stored states no longer fit the code: {@code application/json;v=2}. Then
   * states are made from the events again, until new snapshots are saved.
   */
  String contentType();

  /**
   * The state's bytes, at most 3 MiB.
   *
   * @throws CodecException if it has none
   */
  Bytes encode(S state);

  /**
   * The state that the bytes are.
   *
   * @throws CodecException if they are none
   */
  S decode(Bytes bytes);

  /** A codec from two functions. */
  static <S> StateCodec<S> of(String contentType, ToBytes<S> to, FromBytes<S> from) {
    return new FunctionsStateCodec<>(contentType, to, from);
  }
}
