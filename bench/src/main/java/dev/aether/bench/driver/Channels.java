package dev.aether.bench.driver;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Creates connections to a node that handle responses directly on Netty's threads. */
public final class Channels {
  private static final long CLOSE_WITHIN_SECONDS = 5;

  private Channels() {}

  /** Creates a channel, which does not connect yet; {@code address} is HOST:PORT. */
  public static ManagedChannel open(String address) {
    return NettyChannelBuilder.forTarget("dns:///" + address)
        .usePlaintext()
        .disableServiceConfigLookUp()
        .directExecutor()
        .build();
  }

  /** Creates several channels to one node, as several clients have them. */
  static List<ManagedChannel> open(String address, int count) {
    return Stream.generate(() -> open(address)).limit(count).toList();
  }

  /** Closes several channels. */
  static void close(List<ManagedChannel> channels) {
    channels.forEach(Channels::close);
  }

  /** Cancels all calls and closes the channel. Waits for at most 5 s. */
  public static void close(ManagedChannel channel) {
    channel.shutdownNow();
    try {
      channel.awaitTermination(CLOSE_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
