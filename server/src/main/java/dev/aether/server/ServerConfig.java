package dev.aether.server;

import dev.aether.server.event.Durability;
import dev.aether.server.store.Store;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * How a node is to run.
 *
 * @param listen where gRPC is served; port 0: any free one
 * @param http where health is served over HTTP; port 0: any free one; empty: nowhere
 * @param store what it stands on
 * @param replicas of the registry and of new namespaces: 1, 3 or 5
 * @param autoCreate whether the first save makes its namespace
 * @param autoCreateLimit a save makes no namespace where the store has so many, however they were
 *     made
 * @param nodeId the node's name, as subscribers see it; empty: made up at each start
 * @param clock gives events and snapshots the time that their senders left out, and in memory says
 *     when a commit was stored. How long anything may take is never asked of it
 */
public record ServerConfig(
    InetSocketAddress listen,
    Optional<InetSocketAddress> http,
    StoreChoice store,
    int replicas,
    boolean autoCreate,
    int autoCreateLimit,
    Optional<String> nodeId,
    InstantSource clock) {

  /** About 0.8 GB of nats-server's memory, and half a minute of its start. */
  public static final int AUTO_CREATE_LIMIT = 10_000;

  /** With the usual limit of namespaces that saves make. */
  public ServerConfig(
      InetSocketAddress listen,
      Optional<InetSocketAddress> http,
      StoreChoice store,
      int replicas,
      boolean autoCreate,
      Optional<String> nodeId,
      InstantSource clock) {
    this(listen, http, store, replicas, autoCreate, AUTO_CREATE_LIMIT, nodeId, clock);
  }

  /** What a node stands on. */
  public sealed interface StoreChoice {
    /**
     * A private nats-server.
     *
     * @param data its folder; made if missing
     * @param natsServer the binary; empty: found by {@link
     *     dev.aether.server.embedded.NatsServerBinary#find}
     */
    record Embedded(Path data, Optional<Path> natsServer) implements StoreChoice {}

    /**
     * A NATS that others run.
     *
     * @param urls of one or more of its servers
     * @param patience how long to wait for it at the start
     * @param sync when it brings to disk what it acknowledges, as far as whoever runs it says so
     */
    record Nats(List<String> urls, Duration patience, Durability.Sync sync) implements StoreChoice {
      /** One that nothing is known of. */
      public Nats(List<String> urls, Duration patience) {
        this(urls, patience, Durability.Sync.UNKNOWN);
      }
    }

    /** This process's memory: gone with it. */
    record Memory() implements StoreChoice {}

    /**
     * A store that the caller has opened.
     *
     * @param store ends with the node, also with one that doesn't start
     */
    record Given(Store store) implements StoreChoice {}
  }

  /** Nothing but what a test or a first try needs. */
  public static ServerConfig on(StoreChoice store) {
    InetSocketAddress anyPort = new InetSocketAddress("127.0.0.1", 0);
    return new ServerConfig(
        anyPort, Optional.of(anyPort), store, 1, true, Optional.empty(), InstantSource.system());
  }

  /** The same with another name. */
  public ServerConfig withNodeId(String name) {
    return new ServerConfig(
        listen, http, store, replicas, autoCreate, autoCreateLimit, Optional.of(name), clock);
  }

  /** The same with other replicas. */
  public ServerConfig withReplicas(int count) {
    return new ServerConfig(listen, http, store, count, autoCreate, autoCreateLimit, nodeId, clock);
  }

  /** The same with another limit of namespaces that saves make. */
  public ServerConfig withAutoCreateLimit(int limit) {
    return new ServerConfig(listen, http, store, replicas, autoCreate, limit, nodeId, clock);
  }

  /** The same with another clock. */
  public ServerConfig withClock(InstantSource source) {
    return new ServerConfig(
        listen, http, store, replicas, autoCreate, autoCreateLimit, nodeId, source);
  }

  /** The same without HTTP. */
  public ServerConfig withoutHttp() {
    return new ServerConfig(
        listen, Optional.empty(), store, replicas, autoCreate, autoCreateLimit, nodeId, clock);
  }
}
