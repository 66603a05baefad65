package dev.aether.bench.neighbour;

import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.Folders;
import dev.aether.bench.process.Jcmd;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import dev.aether.bench.process.Waiting;
import dev.aether.bench.report.Machine;
import dev.aether.server.embedded.NatsServerBinary;
import dev.aether.server.embedded.TetheredProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line: measures a client alone, and next to each attack. */
@Command(
    name = "bench/neighbour",
    description = "Measures a client alone and beside clients that take all they can get.",
    mixinStandardHelpOptions = true)
public final class NeighbourMain implements Callable<Integer> {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final Pattern RSS = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final long KIB_PER_MIB = 1024;
  private static final long MIB = 1024 * 1024;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "20",
      description = "Duration of each measurement. Default: ${DEFAULT-VALUE}")
  private int seconds = 20;

  @Option(
      names = "--commits",
      paramLabel = "N",
      defaultValue = "20000",
      description = "Commits of 1 KiB to store first. Default: ${DEFAULT-VALUE}")
  private int commits = 20_000;

  @Option(
      names = "--settle",
      paramLabel = "N",
      defaultValue = "20",
      description = "Duration of an attack before measuring. Default: ${DEFAULT-VALUE}")
  private int settle = 20;

  @Option(
      names = "--jar",
      paramLabel = "FILE",
      description = "The server to measure. Default: the one built here.")
  private Optional<Path> jar = Optional.empty();

  @Option(names = "--home", paramLabel = "DIR", description = "The repository.", required = true)
  private Path home = Path.of("");

  @Parameters(
      paramLabel = "ATTACK",
      description =
          "subscriptions|streams:COUNT:CONNECTIONS:HEAP, for example subscriptions:10000:4:-Xmx512m;"
              + " or connections|connects|pings|resets|calls:CONNECTIONS:THREADS:HEAP, for example"
              + " resets:4:1. HEAP is optional.")
  private List<String> attacks = new ArrayList<>();

  private static final List<String> ALL =
      List.of(
          "subscriptions:10000:1",
          "subscriptions:10000:4",
          "subscriptions:10000:1:-Xmx512m",
          "subscriptions:10000:4:-Xmx512m",
          "streams:40:1",
          "streams:40:1:-Xmx512m",
          "connections:20000:1",
          "connects:1:1",
          "pings:4:1",
          "resets:4:1",
          "calls:4:1");

  public static void main(String[] args) {
    System.exit(new CommandLine(new NeighbourMain()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    NatsServerBinary nats = NatsServerBinary.find(Optional.empty());
    for (Map.Entry<String, String> fact :
        Machine.facts(home, nats.version().toString()).entrySet()) {
      System.out.println(fact.getKey() + ": " + fact.getValue());
    }
    for (String attack : attacks.isEmpty() ? ALL : attacks) {
      try (Folders folders = Folders.temporary()) {
        Path built = jar.orElseGet(() -> home.resolve("server/target/aether.jar"));
        measure(new Rig(nats.path(), built, List.of(), folders.root()), attack);
      }
    }
    return 0;
  }

  private void measure(Rig rig, String attack) throws Exception {
    String[] parts = attack.split(":", -1);
    String[] options = parts.length > 3 ? new String[] {parts[3]} : new String[0];
    Duration time = Duration.ofSeconds(seconds);
    try (NatsProcess nats = rig.nats();
        AetherProcess node = rig.node(nats, options);
        Neighbour neighbour = new Neighbour(node.address(), "measured")) {
      neighbour.fill(commits);
      System.out.println();
      System.out.println("# " + attack);
      System.out.println("alone:  " + neighbour.run(time) + "; " + memory(node));
      Path log = Files.createTempFile(rig.folder(), "attacker-", ".log");
      TetheredProcess attacker = attacker(node.address(), parts, log);
      try {
        Waiting.until("the attack to begin", BOUND, () -> !last(log).isEmpty());
        System.out.println(
            "beginning: " + neighbour.run(Duration.ofSeconds(settle)) + "; attacker: " + last(log));
        System.out.println(
            "beside: " + neighbour.run(time) + "; " + memory(node) + "; attacker: " + last(log));
      } finally {
        attacker.kill();
      }
      System.out.println(
          "after:  "
              + neighbour.run(time)
              + "; "
              + memory(node)
              + "; its own subscription got "
              + neighbour.delivered());
    }
  }

  private static TetheredProcess attacker(String address, String[] parts, Path log)
      throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx2g",
            "-cp",
            System.getProperty("java.class.path"),
            Attacker.class.getName(),
            address,
            "measured",
            parts[0],
            parts[1],
            parts[2]);
    return TetheredProcess.start(command, log, Duration.ofSeconds(1));
  }

  private static String last(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The resident memory of the node, and the live objects in its heap. */
  private static String memory(AetherProcess node) throws IOException, InterruptedException {
    String rss = "unknown";
    try {
      Matcher found = RSS.matcher(Files.readString(Path.of("/proc/" + node.pid() + "/status")));
      rss = found.find() ? Long.parseLong(found.group(1)) / KIB_PER_MIB + " MiB" : rss;
    } catch (IOException e) {
      return "the node has exited";
    }
    return "resident " + rss + ", live heap " + Jcmd.liveBytes(node.pid()) / MIB + " MiB";
  }
}
