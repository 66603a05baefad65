package dev.aether.client;

import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The channel to the nodes and what calls on it share. Safe for use by many threads. */
final class Connection {
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
  private static final long MIN_RECONNECT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final ManagedChannel channel;
  private final Timer timer;
  private final AtomicLong lastReconnect = new AtomicLong(System.nanoTime() - MIN_RECONNECT_NANOS);
  private volatile boolean closed;

  Connection(ManagedChannel channel, Timer timer) {
    this.channel = channel;
    this.timer = timer;
  }

  ManagedChannel channel() {
    return channel;
  }

  Timer timer() {
    return timer;
  }

  boolean closed() {
    return closed;
  }

  /** Throws {@link IllegalStateException} once the client is closed. */
  void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
  }

  /**
   * Lets the next attempt connect at once. gRPC by itself waits up to two minutes between connects,
   * far above a call's deadline. At most five times a second, however many calls ask.
   */
  void reconnect() {
    long now = System.nanoTime();
    long last = lastReconnect.get();
    if (now - last >= MIN_RECONNECT_NANOS && lastReconnect.compareAndSet(last, now)) {
      channel.resetConnectBackoff();
    }
  }

  void close() {
    closed = true;
    channel.shutdownNow();
    timer.close();
    try {
      if (!channel.awaitTermination(CLOSE_WAIT.toNanos(), TimeUnit.NANOSECONDS)) {
        Logs.CLIENT.warn("connections did not end within {} s", CLOSE_WAIT.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
