package dev.aether.client.internal.calls;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Grpc;
import io.grpc.Metadata;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Records whether a call was given to a connection, and to which one. Only a call that was not sent
 * has certainly had no effect on a server; gRPC's status is UNAVAILABLE in both cases.
 */
public final class SentTracer extends ClientStreamTracer.Factory {
  private volatile boolean sent;
  private volatile @Nullable SocketAddress address;

  /** Whether the request may have left this process. */
  public boolean sent() {
    return sent;
  }

  /**
   * The address to which the request was sent; null if it was not sent or the address is unknown.
   */
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
