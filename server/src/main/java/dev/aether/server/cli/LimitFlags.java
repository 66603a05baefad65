package dev.aether.server.cli;

import dev.aether.server.security.ClientLimits;
import dev.aether.server.security.ClientLimits.Connections;
import dev.aether.server.security.ClientLimits.Identities;
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
          "Maximum number of open gRPC connections; further ones are closed as soon as they are"
              + " accepted. Default: ${DEFAULT-VALUE}")
  private int connections = Connections.DEFAULT.open();

  @Option(
      names = "--max-connections-per-address",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Maximum number of open connections from one address, or one IPv6 network (/64). 0 for as"
              + " many as are still free, so half for a single address. Default: ${DEFAULT-VALUE}")
  private int connectionsPerAddress = Connections.DEFAULT.perAddress();

  @Option(
      names = "--max-new-connections-per-second",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Maximum number of new connections per second from one address; further ones are closed as"
              + " soon as they are accepted. 0 for no limit. Default: ${DEFAULT-VALUE}")
  private int newPerSecond = Connections.DEFAULT.newPerSecond();

  @Option(
      names = "--max-refused-calls-per-second",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Maximum number of calls per second from one address that are refused, undecodable or"
              + " reset. Above it, its connections are read more slowly. 0 for no limit. Default: ${DEFAULT-VALUE}")
  private int refusedCallsPerSecond = Connections.DEFAULT.refusedCallsPerSecond();

  @Option(
      names = "--max-calls-per-connection",
      paramLabel = "N",
      defaultValue = "65536",
      description =
          "Maximum number of open calls per connection. Clients are told and queue further calls."
              + " Default: ${DEFAULT-VALUE}, so that the node's own limits are reached first")
  private int callsPerConnection = Connections.DEFAULT.calls();

  @Option(
      names = "--max-header-bytes",
      paramLabel = "N",
      defaultValue = "16384",
      description =
          "Maximum size of a call's headers, including its token. Default: ${DEFAULT-VALUE}")
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
          "Maximum number of calls that a client may reset on one connection within 10 s. With more,"
              + " the connection is closed. Default: ${DEFAULT-VALUE}")
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

  @Option(
      names = "--request-timeout",
      paramLabel = "TIME",
      defaultValue = "60s",
      converter = DurationConverter.class,
      description =
          "Refuse calls whose request has not arrived, with the end of the client's side, within this"
              + " time after their headers. Streams of saves may wait. Default: ${DEFAULT-VALUE}")
  private Duration request = Connections.DEFAULT.request();

  @Option(
      names = "--max-subscriptions-per-connection",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Maximum number of open subscriptions per connection. 0 for as many as are still free of"
              + " the node's 10,000, so half for a single connection. Default: ${DEFAULT-VALUE}")
  private int subscriptionsPerConnection = Connections.DEFAULT.subscriptions();

  @Option(
      names = "--max-subscriptions-per-identity",
      paramLabel = "N",
      defaultValue = "5000",
      description =
          "Maximum number of open subscriptions per identity, on all its connections to this node; 0"
              + " for no limit. Default: ${DEFAULT-VALUE}")
  private int subscriptions = Identities.DEFAULT.subscriptions();

  @Option(
      names = "--max-reads-per-identity",
      paramLabel = "N",
      defaultValue = "1024",
      description =
          "Maximum number of reads in progress per identity; 0 for no limit. Default:"
              + " ${DEFAULT-VALUE}")
  private int reads = Identities.DEFAULT.reads();

  @Option(
      names = "--max-saves-per-second",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Maximum number of saves of events and snapshots per second per identity; 0 for no limit."
              + " Streams of saves become slower instead of being refused. Default: ${DEFAULT-VALUE}")
  private long savesPerSecond = Identities.DEFAULT.savesPerSecond();

  @Option(
      names = "--max-save-bytes-per-second",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Maximum number of bytes that one identity may save per second; 0 for no limit. Default:"
              + " ${DEFAULT-VALUE}")
  private long saveBytesPerSecond = Identities.DEFAULT.saveBytesPerSecond();

  /**
   * Returns the limits.
   *
   * @throws UsageException if one is out of its range
   */
  ClientLimits limits() {
    atLeast(1, "--max-connections", connections);
    atLeast(0, "--max-connections-per-address", connectionsPerAddress);
    atLeast(0, "--max-new-connections-per-second", newPerSecond);
    atLeast(0, "--max-refused-calls-per-second", refusedCallsPerSecond);
    atLeast(1, "--max-calls-per-connection", callsPerConnection);
    atLeast(MIN_HEADER_BYTES, "--max-header-bytes", headerBytes);
    if (headerBytes > MAX_HEADER_BYTES) {
      throw new UsageException("--max-header-bytes must be at most " + MAX_HEADER_BYTES);
    }
    atLeast(1, "--max-resets-per-connection", resets);
    aboveZero("--handshake-timeout", handshake);
    aboveZero("--request-timeout", request);
    atLeast(0, "--max-subscriptions-per-connection", subscriptionsPerConnection);
    atLeast(0, "--max-subscriptions-per-identity", subscriptions);
    atLeast(0, "--max-reads-per-identity", reads);
    atLeast(0, "--max-saves-per-second", savesPerSecond);
    atLeast(0, "--max-save-bytes-per-second", saveBytesPerSecond);
    return new ClientLimits(
        new Connections(
            connections,
            connectionsPerAddress,
            newPerSecond,
            refusedCallsPerSecond,
            callsPerConnection,
            headerBytes,
            pingInterval,
            resets,
            idle,
            handshake,
            request,
            subscriptionsPerConnection),
        new Identities(subscriptions, reads, savesPerSecond, saveBytesPerSecond));
  }

  private static void aboveZero(String option, Duration value) {
    if (value.isZero()) {
      throw new UsageException(option + " must be above 0");
    }
  }

  private static void atLeast(long least, String option, long value) {
    if (value < least) {
      throw new UsageException(option + " must be at least " + least);
    }
  }
}
