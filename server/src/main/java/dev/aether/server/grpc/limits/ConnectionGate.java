package dev.aether.server.grpc.limits;

import dev.aether.server.security.ClientLimits;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes connections above the limits as soon as they are accepted, before anything is allocated
 * for them. It belongs into the pipeline of the listening socket. Thread-safe.
 */
@ChannelHandler.Sharable
public final class ConnectionGate extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionGate.class);
  private static final Duration LOG_EVERY = Duration.ofSeconds(10);

  /** One client may have all addresses of an IPv6 network of 64 bits. */
  private static final int NETWORK_BYTES = 8;

  private final int max;
  private final int maxPerAddress;

  /** Guarded by this, like the fields below. */
  private int open;

  /** The number of open connections of each address that has some. */
  private final Map<InetAddress, Integer> openByAddress = new HashMap<>();

  private long refused;
  private long lastLogged = System.nanoTime() - LOG_EVERY.toNanos();

  public ConnectionGate(ClientLimits.Connections limits) {
    max = limits.open();
    maxPerAddress = limits.perAddress();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object accepted) {
    Channel connection = (Channel) accepted;
    if (!(connection.remoteAddress() instanceof InetSocketAddress remote)) {
      connection.unsafe().closeForcibly(); // Its client has closed it.
      return;
    }
    InetAddress address = network(remote.getAddress());
    if (!enter(address)) {
      connection.unsafe().closeForcibly();
      return;
    }
    connection.closeFuture().addListener(closed -> leave(address));
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

  private synchronized boolean enter(InetAddress address) {
    int held = openByAddress.getOrDefault(address, 0);
    Optional<String> limit = exceeded(held);
    if (limit.isPresent()) {
      log(address, limit.get());
      return false;
    }
    open++;
    openByAddress.put(address, held + 1);
    return true;
  }

  /** The limit that is reached for an address; guarded by this. */
  private Optional<String> exceeded(int held) {
    if (open >= max) {
      return Optional.of("--max-connections " + max);
    }
    if (maxPerAddress > 0 && held >= maxPerAddress) {
      return Optional.of("--max-connections-per-address " + maxPerAddress);
    }
    return maxPerAddress == 0 && held > 0 && held >= max - open
        ? Optional.of("it has " + held + " and may have as many as are free of --max-connections")
        : Optional.empty();
  }

  /** Guarded by this. */
  private void log(InetAddress address, String limit) {
    refused++;
    long now = System.nanoTime();
    if (now - lastLogged >= LOG_EVERY.toNanos()) {
      lastLogged = now;
      LOG.warn(
          "closed a connection of {}: {}. {} were closed since the start",
          address.getHostAddress(),
          limit,
          refused);
    }
  }

  private synchronized void leave(InetAddress address) {
    open--;
    openByAddress.computeIfPresent(address, (key, held) -> held == 1 ? null : held - 1);
  }
}
