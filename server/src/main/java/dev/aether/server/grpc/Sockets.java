package dev.aether.server.grpc;

import dev.aether.server.concurrent.EventLoops;
import dev.aether.server.grpc.limits.ConnectionGate;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;

/**
 * The listening socket of the gRPC server, whose pipeline has a gate, and the thread that accepts
 * its connections. gRPC's own threads cannot be used with a socket of one's own.
 */
final class Sockets implements AutoCloseable {
  /** How much is read from a connection before the others of its thread are served. */
  private static final int READ_BYTES = 16 * 1024;

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
        .withChildOption(ChannelOption.RCVBUF_ALLOCATOR, EventLoops.readingAtMost(READ_BYTES));
  }

  private ServerChannel listening() {
    ServerChannel socket = EventLoops.newListeningSocket();
    socket.pipeline().addLast(gate);
    return socket;
  }

  /** Ends the thread that accepts connections. Does not block. */
  @Override
  public void close() {
    accepting.close();
  }
}
