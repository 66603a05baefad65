package dev.aether.server.grpc.limits;

import dev.aether.server.security.ClientLimits;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections above the limits as soon as they are accepted, before anything is allocated
 * for them, and reads those of an address more slowly whose calls only cost time. It belongs into
 * the pipeline of the listening socket. Thread-safe.
 */
@ChannelHandler.Sharable
public final class ConnectionGate extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionGate.class);
  private static final Duration LOG_EVERY = Duration.ofSeconds(10);

  /** One client may have all addresses of an IPv6 network of 64 bits. */
  private static final int NETWORK_BYTES = 8;

  /** How many addresses are remembered in addition to those with connections. */
  private static final int MORE_ADDRESSES = 10_000;

  /** How many of them are looked at to find one that may be forgotten. */
  private static final int LOOKED_AT = 16;

  private static final float LOAD_FACTOR = 0.75f;

  /** Many calls end at once when a deadline passes while the store is slow. */
  private static final int SECONDS_OF_REFUSED_CALLS = 10;

  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final ClientLimits.Connections limits;

  /**
   * The open connections by the address and port of their clients; the last one, if a client uses a
   * port again before the end of its old connection was noticed. Guarded by this.
   */
  private final Map<SocketAddress, Accepted> byClient = new HashMap<>();

  /** The number of open connections. Guarded by this. */
  private int open;

  /** In the order in which they were last used. Guarded by this. */
  private final Map<InetAddress, Address> addresses =
      new LinkedHashMap<>(LOOKED_AT, LOAD_FACTOR, true);

  /** Guarded by this, like the next field. */
  private long closed;

  private long lastLogged = System.nanoTime() - LOG_EVERY.toNanos();

  public ConnectionGate(ClientLimits.Connections limits) {
    this.limits = limits;
  }

  /** The number of open connections. */
  public synchronized int openConnections() {
    return open;
  }

  private record Accepted(Channel connection, ReadPause reading, Address address) {}

  /** Guarded by the gate. */
  private static final class Address {
    private final TokenBucket connects;
    private final TokenBucket refusedCalls;
    private int open;

    Address(ClientLimits.Connections limits, long now) {
      connects = new TokenBucket(limits.newPerSecond(), now);
      refusedCalls =
          new TokenBucket(
              limits.refusedCallsPerSecond(),
              (long) limits.refusedCallsPerSecond() * SECONDS_OF_REFUSED_CALLS,
              now);
    }

    boolean isIdle(long now) {
      return open == 0 && connects.isFull(now) && refusedCalls.isFull(now);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object accepted) {
    Channel connection = (Channel) accepted;
    if (!(connection.remoteAddress() instanceof InetSocketAddress remote)) {
      connection.unsafe().closeForcibly(); // Its client has closed it.
      return;
    }
    Accepted entered = enter(connection, remote);
    if (entered == null) {
      connection.unsafe().closeForcibly();
      return;
    }
    connection.pipeline().addFirst(entered.reading);
    connection.closeFuture().addListener(end -> leave(remote, entered));
    context.fireChannelRead(accepted);
  }

  private static InetAddress network(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (bytes.length <= NETWORK_BYTES) {
      return address;
    }
    Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address of this length is valid", e);
    }
  }

  /** Counts a connection, unless a limit is reached. */
  private synchronized @Nullable Accepted enter(Channel connection, InetSocketAddress remote) {
    long now = System.nanoTime();
    InetAddress network = network(remote.getAddress());
    Address address = address(network, now);
    Optional<String> limit =
        address == null ? Optional.of("too many addresses") : reached(address, now);
    if (address == null || limit.isPresent()) {
      log(network, limit.orElse(""), now);
      return null;
    }
    address.connects.take(1);
    address.open++;
    open++;
    Accepted entered = new Accepted(connection, new ReadPause(), address);
    byClient.put(remote, entered);
    return entered;
  }

  /** The address, unless there are too many; guarded by this. */
  private @Nullable Address address(InetAddress network, long now) {
    Address known = addresses.get(network);
    if (known != null) {
      return known;
    }
    if (addresses.size() >= limits.open() + MORE_ADDRESSES && !forgetIdle(now)) {
      return null;
    }
    Address address = new Address(limits, now);
    addresses.put(network, address);
    return address;
  }

  /** Looks at those that were used least recently. Guarded by this. */
  private boolean forgetIdle(long now) {
    for (InetAddress network : List.copyOf(addresses.keySet().stream().limit(LOOKED_AT).toList())) {
      // Moves it to the end of the order, so that the next search does not look at it again.
      Address address = addresses.get(network);
      if (address != null && address.isIdle(now)) {
        addresses.remove(network);
        return true;
      }
    }
    return false;
  }

  /** The limit that is reached for an address; guarded by this. */
  private Optional<String> reached(Address address, long now) {
    int free = limits.open() - open;
    if (free <= 0) {
      return Optional.of("--max-connections " + limits.open());
    }
    if (limits.perAddress() > 0 && address.open >= limits.perAddress()) {
      return Optional.of("--max-connections-per-address " + limits.perAddress());
    }
    if (limits.perAddress() == 0 && address.open > 0 && address.open >= free) {
      return Optional.of(
          "it has " + address.open + " and may have as many as are free of --max-connections");
    }
    return address.connects.untilSome(now).isZero()
        ? Optional.empty()
        : Optional.of("--max-new-connections-per-second " + limits.newPerSecond());
  }

  /** Guarded by this. */
  private void log(InetAddress network, String limit, long now) {
    closed++;
    if (now - lastLogged >= LOG_EVERY.toNanos()) {
      lastLogged = now;
      LOG.warn(
          "closed a connection of {}: {}. {} were closed since the start",
          network.getHostAddress(),
          limit,
          closed);
    }
  }

  private synchronized void leave(InetSocketAddress remote, Accepted left) {
    byClient.remove(remote, left);
    left.address.open--;
    open--;
  }

  /**
   * Counts a call that was refused or reset. If its address has had too many of them, the
   * connection is not read for a while.
   *
   * @param remote the address and port of the connection's client
   */
  void countRefusedCall(@Nullable SocketAddress remote) {
    Accepted accepted;
    Duration pause;
    synchronized (this) {
      accepted = byClient.get(remote);
      // The calls of a connection that breaks are cancelled too.
      if (accepted == null || !accepted.connection.isActive()) {
        return;
      }
      TokenBucket bucket = accepted.address.refusedCalls;
      long now = System.nanoTime();
      if (bucket.untilSome(now).compareTo(LONGEST_PAUSE) < 0) {
        bucket.take(1);
      }
      pause = bucket.untilSome(now);
    }
    if (!pause.isZero()) {
      accepted.reading.pause(accepted.connection, pause);
    }
  }
}
