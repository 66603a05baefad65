package dev.aether.faults.traffic;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.List;

/** A channel to each node. */
public final class Nodes implements AutoCloseable {
  private final List<ManagedChannel> channels;

  /**
   * @param addresses HOST:PORT of each
   */
  public Nodes(List<String> addresses) {
    channels =
        addresses.stream()
            .map(
                address ->
                    Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build())
            .toList();
  }

  String name(int node) {
    return "node-" + node % channels.size();
  }

  ManagedChannel channel(int node) {
    return channels.get(node % channels.size());
  }

  /** The same, for another attempt: gRPC's own backoff would wait for minutes. */
  ManagedChannel channelAgain(int node) {
    ManagedChannel channel = channel(node);
    channel.resetConnectBackoff();
    return channel;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
