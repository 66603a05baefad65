package dev.aether.server.concurrent;

import io.grpc.netty.shaded.io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.RecvByteBufAllocator;
import io.grpc.netty.shaded.io.netty.channel.ServerChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.SocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.netty.shaded.io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Threads that serve many connections each. What runs on one of them can use further connections of
 * the same thread, without handing anything to another thread.
 */
public final class EventLoops implements AutoCloseable {
  /** Netty's default: two threads for each processor. */
  public static final int DEFAULT_THREADS = 0;

  private static final Duration END_WITHIN = Duration.ofSeconds(5);

  private static final ThreadLocal<@Nullable EventLoop> CURRENT = new ThreadLocal<>();

  private static final int LEAST_READ_BYTES = 256;
  private static final int FIRST_READ_BYTES = 2048;

  private final EventLoopGroup group;

  /** Starts the threads. */
  public EventLoops(int threads, String name) {
    IoHandlerFactory io =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
    for (EventExecutor each : group) {
      EventLoop loop = (EventLoop) each;
      loop.execute(() -> CURRENT.set(loop));
    }
  }

  /** The event loop whose thread this is; null on other threads. */
  public static @Nullable EventLoop current() {
    return CURRENT.get();
  }

  /** The sockets of connections that are made in event loops. */
  public static Class<? extends SocketChannel> socketType() {
    return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  /** A socket that listens for connections to be served in event loops. */
  public static ServerChannel newListeningSocket() {
    return Epoll.isAvailable() ? new EpollServerSocketChannel() : new NioServerSocketChannel();
  }

  /**
   * Limits how much is read from a connection before the others of its thread are served. By
   * default Netty reads up to 1 MiB, which may be thousands of calls.
   */
  public static RecvByteBufAllocator readingAtMost(int bytes) {
    return new AdaptiveRecvByteBufAllocator(LEAST_READ_BYTES, FIRST_READ_BYTES, bytes)
        .maxMessagesPerRead(1);
  }

  public EventLoopGroup group() {
    return group;
  }

  /** Ends the threads once they have done what they were told. Does not block. */
  @Override
  public void close() {
    group.shutdownGracefully(0, END_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
  }
}
