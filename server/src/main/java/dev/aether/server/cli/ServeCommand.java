package dev.aether.server.cli;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import java.net.InetSocketAddress;
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
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Runs a node until it is told to end. */
@Command(
    name = "serve",
    description = "Runs a node until SIGTERM or Ctrl-C. Ready when it has printed its addresses.")
final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
  private static final List<Integer> REPLICAS = List.of(1, 3, 5);

  private final Terminal terminal;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7450",
      converter = HostPort.Converter.class,
      description = "Where gRPC is served; port 0: any free one. Default: ${DEFAULT-VALUE}")
  private HostPort listen = HostPort.parse("127.0.0.1:7450");

  @Option(
      names = "--http",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7451",
      converter = HostPort.Converter.class,
      description = "Where /healthz and /readyz are served over HTTP. Default: ${DEFAULT-VALUE}")
  private HostPort http = HostPort.parse("127.0.0.1:7451");

  @Mixin private StoreFlags store = new StoreFlags();
  @Mixin private NatsServerFlag natsServer = new NatsServerFlag();

  @Option(
      names = "--replicas",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of each new namespace: 1, 3 or 5. Default: ${DEFAULT-VALUE}")
  private int replicas = 1;

  @Option(
      names = "--auto-create",
      negatable = true,
      arity = "0..1",
      paramLabel = "true|false",
      defaultValue = "true",
      fallbackValue = "true",
      description = "Whether the first save makes its namespace. Default: ${DEFAULT-VALUE}")
  private boolean autoCreate = true;

  @Option(
      names = "--auto-create-limit",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "A save creates no namespace in a store that has N or more; CreateNamespace does."
              + " Default: ${DEFAULT-VALUE}")
  private int autoCreateLimit = ServerConfig.AUTO_CREATE_LIMIT;

  @Option(
      names = "--node-id",
      paramLabel = "NAME",
      description = "The node's name, as subscribers see it. Default: made up at each start")
  private @Nullable String nodeId;

  @Spec private @Nullable CommandSpec spec;

  ServeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    ServerConfig config = config();
    LogLevel.info();
    warnIfOpen(config.listen());
    try (AetherServer server = Nodes.start(config);
        AtShutdown unused = AtShutdown.run(server::close)) {
      announce(server);
      server.awaitTermination();
    }
    return ExitCode.DONE;
  }

  private static void warnIfOpen(InetSocketAddress address) {
    if (!address.getAddress().isLoopbackAddress()) {
      LOG.warn(
          "--listen {}: whoever reaches this port can read, write and delete everything, without a"
              + " password, and the traffic is plain text. Keep it behind a firewall or a proxy that"
              + " authenticates",
          Nodes.text(address));
    }
  }

  private ServerConfig config() {
    if (!REPLICAS.contains(replicas)) {
      throw new UsageException("--replicas is 1, 3 or 5");
    }
    if (autoCreateLimit < 1) {
      throw new UsageException("--auto-create-limit is at least 1; --no-auto-create creates none");
    }
    StoreChoice choice = store.choose(commandLine(), natsServer.path());
    if (replicas > 1 && !(choice instanceof StoreChoice.Nats)) {
      throw new UsageException(
          "--replicas "
              + replicas
              + " needs a NATS cluster (--nats URL): the private nats-server and --memory keep one"
              + " copy");
    }
    return new ServerConfig(
        address(listen),
        Optional.of(address(http)),
        choice,
        replicas,
        autoCreate,
        autoCreateLimit,
        Optional.ofNullable(nodeId),
        InstantSource.system());
  }

  private ParseResult commandLine() {
    return Optional.ofNullable(spec).orElseThrow().commandLine().getParseResult();
  }

  private static InetSocketAddress address(HostPort hostPort) {
    InetSocketAddress address = new InetSocketAddress(hostPort.host(), hostPort.port());
    if (address.isUnresolved()) {
      throw new CommandFailedException("can't listen on " + hostPort + ": unknown host");
    }
    return address;
  }

  /** A server doesn't end because nobody reads this. */
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
