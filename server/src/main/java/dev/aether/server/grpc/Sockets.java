package dev.aether.server.grpc;

import dev.aether.server.grpc.limits.ConnectionGate;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The listening socket of the gRPC server, whose pipeline has a gate, and the threads that serve
 * its connections. gRPC's own threads cannot be used with a socket of one's own.
 */
final class Sockets implements AutoCloseable {
  /** Netty's default: two for each processor. */
  private static final int DEFAULT_THREADS = 0;

  /**
   * What is read of a connection before others have their turn. Netty would read 1 MiB, which may
   * be thousands of calls.
   */
  private static final int READ_BYTES = 16 * 1024;

  private static final int FIRST_READ_BYTES = 2048;
  private static final int LEAST_READ_BYTES = 256;

  private static final Duration END_WITHIN = Duration.ofSeconds(5);

  private final ConnectionGate gate;
  private final EventLoopGroup accepting = loops(1, "aether-grpc-accept");
  private final EventLoopGroup serving = loops(DEFAULT_THREADS, "aether-grpc");

  Sockets(ConnectionGate gate) {
    this.gate = gate;
  }

  private static EventLoopGroup loops(int threads, String name) {
    IoHandlerFactory io =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
  }

  /** Has a server use these. */
  void use(NettyServerBuilder builder) {
    builder
        .bossEventLoopGroup(accepting)
        .workerEventLoopGroup(serving)
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

  /** Ends the threads once they have done what they were told. Does not block. */
  @Override
  public void close() {
    accepting.shutdownGracefully(0, END_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    serving.shutdownGracefully(0, END_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
  }
}
