package dev.aether.server;

import dev.aether.server.event.Durability;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
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
 * @param nodeId the node's name, as subscribers see it; empty: the host's name and a random part
 */
public record ServerConfig(
    InetSocketAddress listen,
    Optional<InetSocketAddress> http,
    StoreChoice store,
    int replicas,
    boolean autoCreate,
    Optional<String> nodeId) {

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
  }

  /** Nothing but what a test or a first try needs. */
  public static ServerConfig on(StoreChoice store) {
    InetSocketAddress anyPort = new InetSocketAddress("127.0.0.1", 0);
    return new ServerConfig(anyPort, Optional.of(anyPort), store, 1, true, Optional.empty());
  }

  /** The same with another name. */
  public ServerConfig withNodeId(String name) {
    return new ServerConfig(listen, http, store, replicas, autoCreate, Optional.of(name));
  }

  /** The same with other replicas. */
  public ServerConfig withReplicas(int count) {
    return new ServerConfig(listen, http, store, count, autoCreate, nodeId);
  }
}
