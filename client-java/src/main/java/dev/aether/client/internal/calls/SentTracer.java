package dev.aether.client.internal.calls;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Grpc;
import io.grpc.Metadata;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a call was ever given to a connection, and to which. Only a call that was not has
 * certainly done nothing on a server: gRPC's status alone says UNAVAILABLE in both cases.
 */
public final class SentTracer extends ClientStreamTracer.Factory {
  private volatile boolean sent;
  private volatile @Nullable SocketAddress address;

  /** Whether the request may have left this process. */
  public boolean sent() {
    return sent;
  }

  /** Where the request went; null: nowhere, or not known. */
  public @Nullable SocketAddress address() {
    return address;
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return new ClientStreamTracer() {
      @Override
      public void streamCreated(Attributes transportAttributes, Metadata headers) {
        address = transportAttributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        sent = true;
      }
    };
  }
}
