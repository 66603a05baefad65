package dev.aether.client;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;

/**
 * Tells whether a call was ever given to a connection. Only a call that was not has certainly done
 * nothing on a server: gRPC's status alone says UNAVAILABLE in both cases.
 */
final class SentMarker extends ClientStreamTracer.Factory {
  private volatile boolean sent;

  /** Whether the request may have left this process. */
  boolean sent() {
    return sent;
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new ClientStreamTracer() {
      @Override
      public void streamCreated(Attributes transportAttributes, Metadata headers) {
        sent = true;
      }
    };
  }
}
