package dev.aether.server.grpc;

import dev.aether.server.concurrent.EventLoops;
import dev.aether.server.grpc.limits.ConnectionGate;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;

/**
 * The listening socket of the gRPC server, whose pipeline has a gate, and the thread that accepts
 * its connections. gRPC's own threads cannot be used with a socket of one's own.
 */
final class Sockets implements AutoCloseable {
  /**
   * What is read of a connection before others have their turn. Netty would read 1 MiB, which may
   * be thousands of calls.
   */
  private static final int READ_BYTES = 16 * 1024;

  private static final int FIRST_READ_BYTES = 2048;
  private static final int LEAST_READ_BYTES = 256;

  private final ConnectionGate gate;
  private final EventLoops accepting = new EventLoops(1, "aether-grpc-accept");
  private final EventLoops serving;

  Sockets(ConnectionGate gate, EventLoops serving) {
    this.gate = gate;
    this.serving = serving;
  }

  /** Has a server use these. */
  void use(NettyServerBuilder builder) {
    builder
        .bossEventLoopGroup(accepting.group())
        .workerEventLoopGroup(serving.group())
        .channelFactory(this::listening)
        .withChildOption(
            ChannelOption.RCVBUF_ALLOCATOR,
            new AdaptiveRecvByteBufAllocator(LEAST_READ_BYTES, FIRST_READ_BYTES, READ_BYTES)
                .maxMessagesPerRead(1));
  }

  private ServerChannel listening() {
    ServerChannel socket =
        Epoll.isAvailable() ? new EpollServerSocketChannel() : new NioServerSocketChannel();
    socket.pipeline().addLast(gate);
    return socket;
  }

  /** Ends the thread that accepts connections. Does not block. */
  @Override
  public void close() {
    accepting.close();
  }
}
