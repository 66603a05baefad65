package dev.aether.bench.driver;

import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Creates connections to a node that handle responses directly on Netty's threads. */
public final class Channels {
  private static final long CLOSE_WITHIN_SECONDS = 5;

  private Channels() {}

  /** Creates a channel, which does not connect yet; {@code address} is HOST:PORT. */
  public static ManagedChannel open(String address) {
    return open(address, Access.OPEN);
  }

  /** Creates a channel to a node that may be secured, which does not connect yet. */
  static ManagedChannel open(String address, Access access) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forTarget("dns:///" + address)
            .disableServiceConfigLookUp()
            .directExecutor();
    access.tls().ifPresentOrElse(builder::sslContext, builder::usePlaintext);
    access.token().map(Channels::authorized).ifPresent(builder::intercept);
    return builder.build();
  }

  private static ClientInterceptor authorized(String token) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
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
