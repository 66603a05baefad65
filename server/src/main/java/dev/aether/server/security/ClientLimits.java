package dev.aether.server.security;

import java.time.Duration;

/**
 * How much of a node its clients may use, so that none of them takes it from the others.
 *
 * @param connections holds for every client
 */
public record ClientLimits(Connections connections) {
  /** What {@code serve} uses without options. */
  public static final ClientLimits DEFAULT = new ClientLimits(Connections.DEFAULT);

  /**
   * The limits of the node's connections and of each of them.
   *
   * @param open connections that are open at once
   * @param perAddress of these, from one address; 0 for as many as are free, so half for a single
   *     address
   * @param calls open calls of one connection, as announced by HTTP/2. Clients queue further calls
   * @param headerBytes the size of a call's headers
   * @param pingInterval the shortest time between a client's keepalive pings
   * @param resets calls of one connection that its client may reset within {@link #RESETS_WITHIN}
   * @param idle after which time without calls a connection is closed; zero for never
   * @param handshake the most time for TLS and the beginning of HTTP/2
   */
  public record Connections(
      int open,
      int perAddress,
      int calls,
      int headerBytes,
      Duration pingInterval,
      int resets,
      Duration idle,
      Duration handshake) {
    public static final Duration RESETS_WITHIN = Duration.ofSeconds(10);

    /**
     * The limit of calls is higher than the node's own limits, so that a client that exceeds those
     * gets an error instead. The limit of headers is the one that clients and proxies commonly
     * have. Clients ping every 10 s at most. A proxy resets many calls at once when their deadlines
     * pass, for instance while the store is slow.
     */
    public static final Connections DEFAULT =
        new Connections(
            10_000,
            0,
            65_536,
            16 * 1024,
            Duration.ofSeconds(5),
            10_000,
            Duration.ofMinutes(10),
            Duration.ofSeconds(10));
  }
}
