package dev.aether.server.concurrent;

import io.grpc.netty.shaded.io.netty.channel.EventLoop;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.IoHandlerFactory;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
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

  public EventLoopGroup group() {
    return group;
  }

  /** Ends the threads once they have done what they were told. Does not block. */
  @Override
  public void close() {
    group.shutdownGracefully(0, END_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
  }
}
