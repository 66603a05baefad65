package dev.aether.client.actor;

import dev.aether.client.Bytes;
import java.util.Objects;

/** A state codec that uses two functions. */
record FunctionsStateCodec<S>(String contentType, ToBytes<S> to, FromBytes<S> from)
    implements StateCodec<S> {
  @Override
  public Bytes encode(S state) {
    try {
      return to.encode(state);
    } catch (Exception e) {
      throw new CodecException("the state cannot be encoded", e);
    }
  }

  @Override
  public S decode(Bytes bytes) {
    try {
      return Objects.requireNonNull(from.decode(bytes));
    } catch (Exception e) {
      throw new CodecException("the state cannot be decoded", e);
    }
  }
}
