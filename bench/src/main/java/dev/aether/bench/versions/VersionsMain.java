package dev.aether.bench.versions;

import dev.aether.bench.load.ClosedLoop;
import dev.aether.bench.load.Measured;
import dev.aether.bench.load.Serial;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.Folders;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Series;
import dev.aether.server.embedded.NatsServerBinary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command line: saves with two builds of the server, alternately in each round. */
@Command(
    name = "bench/versions",
    description = "Compare the saves of two builds of the server.",
    mixinStandardHelpOptions = true)
public final class VersionsMain implements Callable<Integer> {
  private static final int ACTORS = 2_000;
  private static final int IN_FLIGHT = 64;
  private static final int BYTES = 256;

  @Parameters(index = "0", paramLabel = "OLD.jar", description = "aether.jar of one build.")
  private Path before = Path.of("");

  @Parameters(index = "1", paramLabel = "NEW.jar", description = "aether.jar of the other build.")
  private Path after = Path.of("");

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "7",
      description = "Measured rounds, after one to warm up. Default: ${DEFAULT-VALUE}")
  private int rounds = 7;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Duration of each load in each round. Default: ${DEFAULT-VALUE}")
  private int seconds = 3;

  /** Returns 0 if all saves were acknowledged. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new VersionsMain()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Path nats = NatsServerBinary.find(Optional.empty()).path();
    try (Folders folders = Folders.temporary();
        Node old = new Node("old", new Rig(nats, before, List.of(), folders.root()));
        Node now = new Node("new", new Rig(nats, after, List.of(), folders.root()))) {
      Map<String, List<Double>> figures = new LinkedHashMap<>();
      for (int round = 0; round <= rounds; round++) {
        // Each build goes first in every other round.
        List<Node> turns = round % 2 == 0 ? List.of(old, now) : List.of(now, old);
        for (SaveKind kind : SaveKind.values()) {
          for (Node node : turns) {
            Map<String, Double> measured = node.measure(kind);
            if (round > 0) {
              measured.forEach(
                  (figure, value) ->
                      figures.computeIfAbsent(figure, name -> new ArrayList<>()).add(value));
            }
          }
        }
      }
      new TreeMap<>(figures).forEach(VersionsMain::print);
    }
    return 0;
  }

  private static void print(String name, List<Double> rounds) {
    Series series = new Series(name, name, rounds);
    System.out.println(
        String.format(
            Locale.ROOT,
            "%-66s median %10.3f  (%.3f to %.3f)",
            name,
            series.median(),
            series.min(),
            series.max()));
  }

  /** A build of the server with its own nats-server. */
  private final class Node implements AutoCloseable {
    private final String name;
    private final NatsProcess nats;
    private final AetherProcess process;
    private final Map<SaveKind, KindDriver> drivers = new LinkedHashMap<>();

    Node(String name, Rig rig) throws Exception {
      this.name = name;
      nats = rig.nats();
      process = rig.node(nats);
      for (SaveKind kind : SaveKind.values()) {
        drivers.put(kind, new KindDriver(name, process.address(), kind, ACTORS, BYTES));
      }
    }

    Map<String, Double> measure(SaveKind kind) throws Exception {
      KindDriver driver = Objects.requireNonNull(drivers.get(kind), "one of each kind");
      Duration time = Duration.ofSeconds(seconds);
      Measured many = ClosedLoop.run(driver, ACTORS, IN_FLIGHT, time, Long.MAX_VALUE);
      Measured one = Serial.appends(driver, ACTORS, time, Long.MAX_VALUE);
      return Map.of(
          kind.title() + ", saves/s with " + IN_FLIGHT + " in flight, " + name,
          many.perSecond(),
          kind.title() + ", p50 with 1 in flight (ms), " + name,
          one.latencyMillis(50));
    }

    @Override
    public void close() {
      drivers.values().forEach(KindDriver::close);
      process.close();
      nats.close();
    }
  }
}
