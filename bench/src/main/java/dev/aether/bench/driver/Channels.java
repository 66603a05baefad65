package dev.aether.bench.driver;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;

/** Connections to a node whose answers are taken on the network's own threads. */
public final class Channels {
  private static final long CLOSE_WITHIN_SECONDS = 5;

  private Channels() {}

  /** Doesn't connect yet; {@code address} is HOST:PORT. */
  public static ManagedChannel open(String address) {
    return NettyChannelBuilder.forTarget("dns:///" + address)
        .usePlaintext()
        .disableServiceConfigLookUp()
        .directExecutor()
        .build();
  }

  /** Ends all calls; waits 5 s at most. */
  public static void close(ManagedChannel channel) {
    channel.shutdownNow();
    try {
      channel.awaitTermination(CLOSE_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
