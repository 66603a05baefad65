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
 * The connection to the nodes, shared by all calls. Calls stay with one node until it fails a call.
 * New calls then go to another node, while those in progress complete on the old channel. Safe for
 * use by many threads.
 */
public final class Connection {
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
  private static final long MIN_RECONNECT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /**
   * The minimum time between two changes of node once all have failed, so that not every failed
   * call opens a channel.
   */
  private static final long MIN_STAY_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** How many failed addresses are remembered. */
  private static final int MAX_AVOIDED = 16;

  /**
   * A channel, compared by identity.
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

  /** Channels for calls in progress that new calls no longer use. Guarded by this. */
  private final List<ManagedChannel> left = new ArrayList<>();

  /** The link that could not be left, which has been logged. Guarded by this. */
  private @Nullable Link notLeft;

  /** Guarded by this. */
  private long lastLeftNanos = System.nanoTime() - MIN_STAY_NANOS;

  private volatile Link link;
  private volatile boolean closed;

  /**
   * Creates a connection, which connects when the first call needs it.
   *
   * @param open creates a channel that tries these addresses after all others, in this order
   * @param severalNodes whether there is another node to change to
   */
  public Connection(
      Function<List<SocketAddress>, ManagedChannel> open, boolean severalNodes, Timer timer) {
    this.open = open;
    this.severalNodes = severalNodes;
    this.timer = timer;
    this.link = new Link(open.apply(List.of()));
  }

  /** The channel for a new call. */
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
   * The failure to report. After the client was closed, a failure that is worth a retry, such as a
   * broken connection, is reported as a consequence of closing.
   */
  public Failure asSeenNow(Failure failure) {
    return closed && (failure.repeatable() || failure.isWithoutToken())
        ? failure.byClosing()
        : failure;
  }

  /** Throws {@link IllegalStateException} if the client is closed. */
  public void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
  }

  /**
   * Makes the next attempt connect at once. gRPC itself waits up to two minutes between connection
   * attempts, far longer than a call's deadline. Has an effect at most five times a second.
   */
  public void reconnect() {
    long now = System.nanoTime();
    long last = lastReconnect.get();
    if (now - last >= MIN_RECONNECT_NANOS && lastReconnect.compareAndSet(last, now)) {
      link.channel().resetConnectBackoff();
    }
  }

  /**
   * Records that a call failed and was not cancelled by its caller. If the failure is the node's
   * fault and there are other nodes, new calls use another one; if it has failed before, at most
   * once a second, unless it is stopping. They do not if the application's configuration of a
   * channel throws an exception.
   *
   * @param on the channel of the call
   * @param address the node's address; null if the call was not sent
   */
  public void failed(Link on, Failure failure, @Nullable SocketAddress address) {
    if (severalNodes && address != null && failure.isNodesFault()) {
      leave(on, address, failure.isStopping());
    }
  }

  private synchronized void leave(Link on, SocketAddress address, boolean atOnce) {
    if (closed || link != on) {
      return; // Another call has already left the node.
    }
    long now = System.nanoTime();
    boolean isTriedAgain = avoided.contains(address);
    if (isTriedAgain && !atOnce && now - lastLeftNanos < MIN_STAY_NANOS) {
      return;
    }
    lastLeftNanos = now;
    avoided.remove(address);
    avoided.add(address);
    if (avoided.size() > MAX_AVOIDED) {
      avoided.remove(0);
    }
    Logs.CLIENT.debug("leaving node {} after a failed call", address);
    ManagedChannel next;
    try {
      next = open.apply(List.copyOf(avoided));
    } catch (RuntimeException | Error e) {
      // gRPC would only log it, and the failed call would never complete.
      if (notLeft != on) {
        notLeft = on;
        Logs.CLIENT.warn("staying with node {}: no other channel can be created", address, e);
      }
      return;
    }
    link = new Link(next);
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
          Logs.CLIENT.warn("connections did not close within {} s", CLOSE_WAIT.toSeconds());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
