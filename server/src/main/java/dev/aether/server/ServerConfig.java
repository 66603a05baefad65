package dev.aether.server;

import dev.aether.server.event.Durability;
import dev.aether.server.event.GroupCommitThresholds;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.security.ClientLimits;
import dev.aether.server.security.SecurityConfig;
import dev.aether.server.store.Store;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The configuration of a node.
 *
 * @param listen the address of the gRPC server; port 0 means any free port
 * @param http the address of the HTTP endpoint; port 0 means any free port; empty for no endpoint
 * @param store the store to use
 * @param replicas number of replicas of the registry and of new namespaces: 1, 3 or 5
 * @param autoCreate whether the first save to a namespace creates it
 * @param autoCreateLimit saves create no namespaces once the store has this many, however these
 *     were created
 * @param groupCommit when JetStream stores saves to several actors together; needs nats-server 2.15
 * @param nodeId the node's name, as subscribers see it; empty for a new random name at each start
 * @param clock gives the time of events and snapshots whose senders left it out and, in memory, of
 *     stored commits. It is never used to measure durations
 * @param security certificates, and who may do what
 * @param limits how much of the node its clients may use
 * @param openMetrics whether callers without credentials may see the metrics
 * @param notReadyWhenFull whether the node reports that it is not ready while its store is full
 * @param otlp where traces and metrics are sent; empty to send none
 */
public record ServerConfig(
    InetSocketAddress listen,
    Optional<InetSocketAddress> http,
    StoreChoice store,
    int replicas,
    boolean autoCreate,
    int autoCreateLimit,
    GroupCommitThresholds groupCommit,
    Optional<String> nodeId,
    InstantSource clock,
    SecurityConfig security,
    ClientLimits limits,
    boolean openMetrics,
    boolean notReadyWhenFull,
    Optional<Otlp> otlp) {

  /**
   * The default limit. That many namespaces take about 0.8 GB of nats-server's memory, and half a
   * minute at its start.
   */
  public static final int AUTO_CREATE_LIMIT = 10_000;

  /**
   * Creates a configuration without security, with group commit and with the default limit of
   * namespaces that saves create.
   */
  public ServerConfig(
      InetSocketAddress listen,
      Optional<InetSocketAddress> http,
      StoreChoice store,
      int replicas,
      boolean autoCreate,
      Optional<String> nodeId,
      InstantSource clock) {
    this(
        listen,
        http,
        store,
        replicas,
        autoCreate,
        AUTO_CREATE_LIMIT,
        GroupCommitThresholds.DEFAULT,
        nodeId,
        clock,
        SecurityConfig.NONE,
        ClientLimits.DEFAULT,
        false,
        false,
        Optional.empty());
  }

  /**
   * An OpenTelemetry collector.
   *
   * @param collector where it takes OTLP over HTTP, without the path of a signal
   * @param signals what is sent
   * @param traceRatio which part of the traces that the node begins is recorded, 0 to 1; callers
   *     decide about theirs
   * @param headers the file of the headers that it wants; empty if it wants none
   * @param authorities the file of the authorities that verify it (PEM); empty for those of the JDK
   */
  public record Otlp(
      URI collector,
      Set<Signal> signals,
      double traceRatio,
      Optional<Path> headers,
      Optional<Path> authorities) {
    /** A kind of telemetry that a collector takes. */
    public enum Signal {
      /** Spans of calls and of what they cause. */
      TRACES,
      /** What {@code /metrics} shows. */
      METRICS
    }

    /** Copies the signals. */
    public Otlp {
      signals = Set.copyOf(signals);
    }

    /** A collector that wants no headers, and that the authorities of the JDK verify. */
    public Otlp(URI collector, Set<Signal> signals, double traceRatio) {
      this(collector, signals, traceRatio, Optional.empty(), Optional.empty());
    }
  }

  /** The store of a node. */
  public sealed interface StoreChoice {
    /**
     * A private nats-server.
     *
     * @param data its folder, which is created if missing
     * @param natsServer the binary; if empty, {@link
     *     dev.aether.server.embedded.NatsServerBinary#find} searches for one
     */
    record Embedded(Path data, Optional<Path> natsServer) implements StoreChoice {}

    /**
     * A NATS server or cluster that is operated separately.
     *
     * @param urls URLs of one or more of its servers
     * @param patience how long to wait for it at startup
     * @param sync when it syncs acknowledged commits to disk, according to its operator
     * @param access how to identify to it
     */
    record Nats(List<String> urls, Duration patience, Durability.Sync sync, NatsAccess access)
        implements StoreChoice {
      /** A NATS that the URLs suffice for. */
      public Nats(List<String> urls, Duration patience, Durability.Sync sync) {
        this(urls, patience, sync, NatsAccess.BY_URL);
      }

      /** A NATS whose {@code sync} is unknown. */
      public Nats(List<String> urls, Duration patience) {
        this(urls, patience, Durability.Sync.UNKNOWN);
      }
    }

    /** In the memory of this process. All data is lost when it ends. */
    record Memory() implements StoreChoice {}

    /**
     * A store that the caller has opened.
     *
     * @param store is closed with the node, even if the node fails to start
     */
    record Given(Store store) implements StoreChoice {}
  }

  /** A minimal configuration, for tests and experiments. */
  public static ServerConfig on(StoreChoice store) {
    InetSocketAddress anyPort = new InetSocketAddress("127.0.0.1", 0);
    return new ServerConfig(
        anyPort, Optional.of(anyPort), store, 1, true, Optional.empty(), InstantSource.system());
  }

  /** This configuration with another name. */
  public ServerConfig withNodeId(String name) {
    return with(copy -> copy.nodeId = Optional.of(name));
  }

  /** This configuration with another number of replicas. */
  public ServerConfig withReplicas(int count) {
    return with(copy -> copy.replicas = count);
  }

  /** This configuration with another limit of namespaces that saves create. */
  public ServerConfig withAutoCreateLimit(int limit) {
    return with(copy -> copy.autoCreateLimit = limit);
  }

  /** This configuration with other thresholds for group commit. */
  public ServerConfig withGroupCommit(GroupCommitThresholds thresholds) {
    return with(copy -> copy.groupCommit = thresholds);
  }

  /** This configuration with another clock. */
  public ServerConfig withClock(InstantSource source) {
    return with(copy -> copy.clock = source);
  }

  /** This configuration without an HTTP endpoint. */
  public ServerConfig withoutHttp() {
    return with(copy -> copy.http = Optional.empty());
  }

  /** This configuration secured in this way. */
  public ServerConfig withSecurity(SecurityConfig how) {
    return with(copy -> copy.security = how);
  }

  /** This configuration with other limits. */
  public ServerConfig withLimits(ClientLimits ofClients) {
    return with(copy -> copy.limits = ofClients);
  }

  /** This configuration with metrics that callers without credentials may see. */
  public ServerConfig withOpenMetrics() {
    return with(copy -> copy.openMetrics = true);
  }

  /** This configuration of a node that is not ready while its store is full. */
  public ServerConfig withNotReadyWhenFull() {
    return with(copy -> copy.notReadyWhenFull = true);
  }

  /** This configuration with a collector. */
  public ServerConfig withOtlp(Otlp collector) {
    return with(copy -> copy.otlp = Optional.of(collector));
  }

  private ServerConfig with(Consumer<Copy> change) {
    Copy copy = new Copy(this);
    change.accept(copy);
    return copy.made();
  }

  /** The components of a configuration, while one of them is changed. */
  private static final class Copy {
    private InetSocketAddress listen;
    private Optional<InetSocketAddress> http;
    private StoreChoice store;
    private int replicas;
    private boolean autoCreate;
    private int autoCreateLimit;
    private GroupCommitThresholds groupCommit;
    private Optional<String> nodeId;
    private InstantSource clock;
    private SecurityConfig security;
    private ClientLimits limits;
    private boolean openMetrics;
    private boolean notReadyWhenFull;
    private Optional<Otlp> otlp;

    Copy(ServerConfig of) {
      listen = of.listen;
      http = of.http;
      store = of.store;
      replicas = of.replicas;
      autoCreate = of.autoCreate;
      autoCreateLimit = of.autoCreateLimit;
      groupCommit = of.groupCommit;
      nodeId = of.nodeId;
      clock = of.clock;
      security = of.security;
      limits = of.limits;
      openMetrics = of.openMetrics;
      notReadyWhenFull = of.notReadyWhenFull;
      otlp = of.otlp;
    }

    ServerConfig made() {
      return new ServerConfig(
          listen,
          http,
          store,
          replicas,
          autoCreate,
          autoCreateLimit,
          groupCommit,
          nodeId,
          clock,
          security,
          limits,
          openMetrics,
          notReadyWhenFull,
          otlp);
    }
  }
}
