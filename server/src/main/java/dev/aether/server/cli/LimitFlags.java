package dev.aether.server.cli;

import dev.aether.server.security.ClientLimits;
import dev.aether.server.security.ClientLimits.Connections;
import java.time.Duration;
import picocli.CommandLine.Option;

/** The options for how much of a node its clients may use. */
final class LimitFlags {
  private static final int MIN_HEADER_BYTES = 1024;
  private static final int MAX_HEADER_BYTES = 1024 * 1024;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "Open gRPC connections; further ones are closed as soon as they are accepted. Default:"
              + " ${DEFAULT-VALUE}")
  private int connections = Connections.DEFAULT.open();

  @Option(
      names = "--max-connections-per-address",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Of these, connections from one address, or one IPv6 network (/64). 0 for as many as are"
              + " free, so half for a single address. Default: ${DEFAULT-VALUE}")
  private int connectionsPerAddress = Connections.DEFAULT.perAddress();

  @Option(
      names = "--max-calls-per-connection",
      paramLabel = "N",
      defaultValue = "65536",
      description =
          "Open calls of a connection, as announced to clients, which queue further calls. Default:"
              + " ${DEFAULT-VALUE}, so that the node's own limits are reached first")
  private int callsPerConnection = Connections.DEFAULT.calls();

  @Option(
      names = "--max-header-bytes",
      paramLabel = "N",
      defaultValue = "16384",
      description = "The size of a call's headers, such as its token. Default: ${DEFAULT-VALUE}")
  private int headerBytes = Connections.DEFAULT.headerBytes();

  @Option(
      names = "--min-ping-interval",
      paramLabel = "TIME",
      defaultValue = "5s",
      converter = DurationConverter.class,
      description =
          "The shortest time between keepalive pings. Connections of clients that ping more often"
              + " are closed. Default: ${DEFAULT-VALUE}")
  private Duration pingInterval = Connections.DEFAULT.pingInterval();

  @Option(
      names = "--max-resets-per-connection",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "Calls that a client may reset on a connection within 10 s. Connections of clients that"
              + " reset more are closed. Default: ${DEFAULT-VALUE}")
  private int resets = Connections.DEFAULT.resets();

  @Option(
      names = "--max-connection-idle",
      paramLabel = "TIME",
      defaultValue = "10m",
      converter = DurationConverter.class,
      description =
          "Close connections that have had no call for this time; clients connect again with their"
              + " next call. 0s for never. Default: ${DEFAULT-VALUE}")
  private Duration idle = Connections.DEFAULT.idle();

  @Option(
      names = "--handshake-timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = DurationConverter.class,
      description =
          "Close connections whose TLS and HTTP/2 have not begun within this time. Default:"
              + " ${DEFAULT-VALUE}")
  private Duration handshake = Connections.DEFAULT.handshake();

  /**
   * Returns the limits.
   *
   * @throws UsageException if one is out of its range
   */
  ClientLimits limits() {
    atLeast(1, "--max-connections", connections);
    atLeast(0, "--max-connections-per-address", connectionsPerAddress);
    atLeast(1, "--max-calls-per-connection", callsPerConnection);
    atLeast(MIN_HEADER_BYTES, "--max-header-bytes", headerBytes);
    if (headerBytes > MAX_HEADER_BYTES) {
      throw new UsageException("--max-header-bytes must be at most " + MAX_HEADER_BYTES);
    }
    atLeast(1, "--max-resets-per-connection", resets);
    if (handshake.isZero()) {
      throw new UsageException("--handshake-timeout must be above 0");
    }
    return new ClientLimits(
        new Connections(
            connections,
            connectionsPerAddress,
            callsPerConnection,
            headerBytes,
            pingInterval,
            resets,
            idle,
            handshake));
  }

  private static void atLeast(int least, String option, int value) {
    if (value < least) {
      throw new UsageException(option + " must be at least " + least);
    }
  }
}
