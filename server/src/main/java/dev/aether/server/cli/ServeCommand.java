package dev.aether.server.cli;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.event.GroupCommitThresholds;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a node until it is terminated. */
@Command(
    name = "serve",
    description =
        "Run a node until SIGTERM or Ctrl-C. It is ready when it has printed its addresses.")
final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
  private static final List<Integer> REPLICAS = List.of(1, 3, 5);

  private final Terminal terminal;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7450",
      converter = HostPort.Converter.class,
      description =
          "The address to serve gRPC on; port 0 means any free port. Default: ${DEFAULT-VALUE}")
  private HostPort listen = HostPort.parse("127.0.0.1:7450");

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7451",
      converter = HostPort.Converter.class,
      description =
          "The address to serve health, /metrics and the console on, over HTTP. Default:"
              + " ${DEFAULT-VALUE}")
  private HostPort http = HostPort.parse("127.0.0.1:7451");

  @Option(
      names = "--metrics-open",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description =
          "Serve /metrics to callers without credentials, too. Otherwise a node with authentication asks"
              + " for the right monitor on all namespaces.")
  private boolean openMetrics;

  @Option(
      names = "--not-ready-when-full",
      arity = "0..1",
      paramLabel = "true|false",
      fallbackValue = "true",
      description =
          "Report the node as not ready while its store is full. Otherwise it stays ready, since reads,"
              + " subscriptions and deletions work.")
  private boolean notReadyWhenFull;

  @Mixin private StoreFlags store = new StoreFlags();
  @Mixin private SecurityFlags security = new SecurityFlags();
  @Mixin private LimitFlags limits = new LimitFlags();
  @Mixin private OtlpFlags otlp = new OtlpFlags();
  @Mixin private LogFlags log = new LogFlags();

  @Option(
      names = "--replicas",
      paramLabel = "N",
      defaultValue = "1",
      description = "Replicas of each new namespace: 1, 3 or 5. Default: ${DEFAULT-VALUE}")
  private int replicas = 1;

  @Option(
      names = "--auto-create",
      negatable = true,
      arity = "0..1",
      paramLabel = "true|false",
      defaultValue = "true",
      fallbackValue = "true",
      description = "Create a namespace on the first save to it. Default: ${DEFAULT-VALUE}")
  private boolean autoCreate = true;

  @Option(
      names = "--auto-create-limit",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "Create no namespaces on saves once the store has N of them; CreateNamespace still works."
              + " Default: ${DEFAULT-VALUE}")
  private int autoCreateLimit = ServerConfig.AUTO_CREATE_LIMIT;

  @Option(
      names = "--group-commit",
      negatable = true,
      arity = "0..1",
      paramLabel = "true|false",
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Under load, store saves to different actors together, with one sync to disk. Applies to the"
              + " private nats-server, to NATS servers with --nats-sync always, and to namespaces with"
              + " several replicas. Default: ${DEFAULT-VALUE}")
  private boolean groupCommit = true;

  @Option(
      names = "--node-id",
      paramLabel = "NAME",
      description =
          "The node's name, as subscribers see it. Default: a new random name at each start")
  private @Nullable String nodeId;

  /** {@link ConfigFile} looks for it itself. */
  @Option(
      names = ConfigFile.FLAG,
      paramLabel = "FILE",
      description =
          "Take options that are neither on the command line nor in the environment from this file. A"
              + " line is KEY = VALUE, where KEY is an option without --. A # begins a comment. Paths are"
              + " relative to the folder of the file.")
  private @Nullable Path configFile;

  @Option(
      names = "--print-config",
      description =
          "Check the options, print them with their origins in the form of --config, without secrets,"
              + " and exit.")
  private boolean printConfig;

  @Spec private @Nullable CommandSpec spec;

  ServeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    ServerConfig config = config();
    log.apply();
    EnvironmentDefaults.of(spec()).unknownVariables(spec(), terminal).forEach(LOG::warn);
    security.checkExposure("--listen", config.listen(), "read, write and delete everything");
    config
        .http()
        .ifPresent(
            address ->
                security.checkExposure(
                    "--http", address, "see what this node does, and read all events"));
    if (printConfig) {
      print(new PrintedConfig(spec(), store.unused()));
      return ExitCode.DONE;
    }
    LOG.info(
        "settings that differ from the defaults: {}",
        new PrintedConfig(spec(), store.unused()).changed());
    try (AetherServer server = Nodes.start(config);
        AtShutdown unused = AtShutdown.run(server::close)) {
      announce(server);
      server.awaitTermination();
    }
    return ExitCode.DONE;
  }

  private ServerConfig config() {
    if (!REPLICAS.contains(replicas)) {
      throw new UsageException("--replicas must be 1, 3 or 5");
    }
    if (autoCreateLimit < 1) {
      throw new UsageException(
          "--auto-create-limit must be at least 1; use --no-auto-create to create none");
    }
    StoreChoice choice = store.choice();
    if (replicas > 1 && !(choice instanceof StoreChoice.Nats)) {
      throw new UsageException(
          "--replicas "
              + replicas
              + " requires a NATS cluster (--nats URL): the private nats-server and --memory keep"
              + " only one copy");
    }
    return new ServerConfig(
        address(listen),
        Optional.of(address(http)),
        choice,
        replicas,
        autoCreate,
        autoCreateLimit,
        groupCommit ? GroupCommitThresholds.DEFAULT : GroupCommitThresholds.OFF,
        Optional.ofNullable(nodeId),
        InstantSource.system(),
        security.config(),
        limits.limits(),
        openMetrics,
        notReadyWhenFull,
        otlp.config());
  }

  private CommandSpec spec() {
    return Optional.ofNullable(spec).orElseThrow();
  }

  private void print(PrintedConfig config) {
    Output out = new Output(terminal.out());
    config.lines().forEach(out::line);
    out.flush();
  }

  private static InetSocketAddress address(HostPort hostPort) {
    InetSocketAddress address = new InetSocketAddress(hostPort.host(), hostPort.port());
    if (address.isUnresolved()) {
      throw new CommandFailedException("cannot listen on " + hostPort + ": unknown host");
    }
    return address;
  }

  /** A closed standard output does not stop the server. */
  private void announce(AetherServer server) {
    String http =
        server.httpAddress().map(address -> ", HTTP on " + Nodes.text(address)).orElse("");
    try {
      Output out = new Output(terminal.out());
      out.line("aether is ready: gRPC on " + Nodes.text(server.grpcAddress()) + http);
      out.flush();
    } catch (OutputClosedException | CommandFailedException e) {
      terminal.err().println("aether: standard output is closed");
    }
  }
}
