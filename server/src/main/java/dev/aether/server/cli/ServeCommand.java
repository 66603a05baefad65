package dev.aether.server.cli;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
    try (AetherServer server = Nodes.start(config);
        AtShutdown unused = AtShutdown.run(server::close)) {
      announce(server);
      server.awaitTermination();
    }
    return ExitCode.DONE;
  }

  private ServerConfig config() {
    if (!REPLICAS.contains(replicas)) {
      throw new UsageException("--replicas is 1, 3 or 5");
    }
    return new ServerConfig(
        address(listen),
        Optional.of(address(http)),
        store.choose(commandLine(), natsServer.path()),
        replicas,
        autoCreate,
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
