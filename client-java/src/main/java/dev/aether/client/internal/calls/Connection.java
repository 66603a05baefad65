package dev.aether.client.internal.calls;

import io.grpc.ManagedChannel;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The way to the nodes, and what calls on it share. It leads to one node, which calls stay with
 * until it fails one: then new calls go to another, while those that run on the old channel end as
 * they do. Safe for use by many threads.
 */
public final class Connection {
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
  private static final long MIN_RECONNECT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** Nodes that are remembered as failed. */
  private static final int MAX_AVOIDED = 16;

  /**
   * A channel that calls are made on. Two are the same only if they are the same object.
   *
   * @param channel the channel
   */
  public record Link(ManagedChannel channel) {
    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  private final Function<List<SocketAddress>, ManagedChannel> open;
  private final boolean severalNodes;
  private final Timer timer;
  private final AtomicLong lastReconnect = new AtomicLong(System.nanoTime() - MIN_RECONNECT_NANOS);

  /** Addresses that failed a call, the latest last. Guarded by this. */
  private final List<SocketAddress> avoided = new ArrayList<>();

  /** Left by new calls, as long as calls run on them. Guarded by this. */
  private final List<ManagedChannel> left = new ArrayList<>();

  private volatile Link link;
  private volatile boolean closed;

  /**
   * A connection that is made when the first call needs it.
   *
   * @param open makes a channel that tries these addresses last, the first of them first
   * @param severalNodes whether there may be another node to go to
   */
  public Connection(
      Function<List<SocketAddress>, ManagedChannel> open, boolean severalNodes, Timer timer) {
    this.open = open;
    this.severalNodes = severalNodes;
    this.timer = timer;
    this.link = new Link(open.apply(List.of()));
  }

  /** What a new call is made on. */
  public Link link() {
    return link;
  }

  public Timer timer() {
    return timer;
  }

  public boolean closed() {
    return closed;
  }

  /**
   * Why a call ends with this failure: once the client is closed, what would be worth another
   * attempt, such as a broken connection, is the closing's doing.
   */
  public Failure asSeenNow(Failure failure) {
    return closed && failure.repeatable() ? failure.byClosing() : failure;
  }

  /** Throws {@link IllegalStateException} once the client is closed. */
  public void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
  }

  /**
   * Lets the next attempt connect at once. gRPC by itself waits up to two minutes between connects,
   * far above a call's deadline. At most five times a second, however many calls ask.
   */
  public void reconnect() {
    long now = System.nanoTime();
    long last = lastReconnect.get();
    if (now - last >= MIN_RECONNECT_NANOS && lastReconnect.compareAndSet(last, now)) {
      link.channel().resetConnectBackoff();
    }
  }

  /**
   * A call failed, not by the caller's will: if that speaks against its node and there are others,
   * new calls go elsewhere.
   *
   * @param on what the call was made on
   * @param address where it went; null: nowhere
   */
  public void failed(Link on, Failure failure, @Nullable SocketAddress address) {
    if (severalNodes && address != null && failure.speaksAgainstNode()) {
      leave(on, address);
    }
  }

  private synchronized void leave(Link on, SocketAddress address) {
    if (closed || link != on) {
      return; // Another call has seen to it.
    }
    avoided.remove(address);
    avoided.add(address);
    if (avoided.size() > MAX_AVOIDED) {
      avoided.remove(0);
    }
    Logs.CLIENT.debug("leaving {}", address);
    link = new Link(open.apply(List.copyOf(avoided)));
    left.removeIf(ManagedChannel::isTerminated);
    left.add(on.channel());
    on.channel().shutdown();
  }

  public void close() {
    List<ManagedChannel> all;
    synchronized (this) {
      closed = true;
      all = new ArrayList<>(left);
      all.add(link.channel());
    }
    all.forEach(ManagedChannel::shutdownNow);
    timer.close();
    long end = System.nanoTime() + CLOSE_WAIT.toNanos();
    try {
      for (ManagedChannel channel : all) {
        if (!channel.awaitTermination(Math.max(end - System.nanoTime(), 0), TimeUnit.NANOSECONDS)) {
          Logs.CLIENT.warn("connections did not end within {} s", CLOSE_WAIT.toSeconds());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
