package dev.aether.server.security;

import java.time.Duration;

/**
 * How much of a node its clients may use, so that none of them takes it from the others.
 *
 * @param connections holds for every client
 * @param identities holds for callers who say who they are
 */
public record ClientLimits(Connections connections, Identities identities) {
  /** What {@code serve} uses without options. */
  public static final ClientLimits DEFAULT =
      new ClientLimits(Connections.DEFAULT, Identities.DEFAULT);

  /**
   * The limits of the node's connections and of each of them.
   *
   * @param open connections that are open at once
   * @param perAddress of these, from one address; 0 for as many as are free, so half for a single
   *     address
   * @param newPerSecond new connections of one address in a second; 0 for no limit
   * @param refusedCallsPerSecond calls of one address in a second that are refused or that it
   *     resets, before its connections are read more slowly; 0 for no limit
   * @param calls open calls of one connection, as announced by HTTP/2. Clients queue further calls
   * @param headerBytes the size of a call's headers
   * @param pingInterval the shortest time between a client's keepalive pings
   * @param resets calls of one connection that its client may reset within {@link #RESETS_WITHIN}
   * @param idle after which time without calls a connection is closed; zero for never
   * @param handshake the most time for TLS and the beginning of HTTP/2
   * @param request the most time from the headers of a call to its request, unless it is a stream
   * @param subscriptions open subscriptions of one connection; 0 for as many as are free on the
   *     node, so half for a single one
   */
  public record Connections(
      int open,
      int perAddress,
      int newPerSecond,
      int refusedCallsPerSecond,
      int calls,
      int headerBytes,
      Duration pingInterval,
      int resets,
      Duration idle,
      Duration handshake,
      Duration request,
      int subscriptions) {
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
            1000,
            1000,
            65_536,
            16 * 1024,
            Duration.ofSeconds(5),
            10_000,
            Duration.ofMinutes(10),
            Duration.ofSeconds(10),
            Duration.ofMinutes(1),
            0);
  }

  /**
   * The limits of each identity, on all its connections. 0 means no limit of its own.
   *
   * @param subscriptions open subscriptions
   * @param reads unfinished calls that read events or snapshots
   * @param savesPerSecond commits and snapshots
   * @param saveBytesPerSecond the size of their requests
   */
  public record Identities(
      int subscriptions, int reads, long savesPerSecond, long saveBytesPerSecond) {
    public static final Identities NONE = new Identities(0, 0, 0, 0);

    /**
     * Half of the node's subscriptions, and far more reads than make sense at once. How much an
     * identity may save depends on the disks.
     */
    public static final Identities DEFAULT = new Identities(5000, 1024, 0, 0);
  }
}
