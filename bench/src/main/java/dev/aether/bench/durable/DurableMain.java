package dev.aether.bench.durable;

import dev.aether.bench.driver.AetherStream;
import dev.aether.bench.driver.AetherUnary;
import dev.aether.bench.driver.Driver;
import dev.aether.bench.load.ClosedLoop;
import dev.aether.bench.load.Measured;
import dev.aether.bench.load.Serial;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.Folders;
import dev.aether.bench.report.Series;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line: durable saves, with all systems in turns in each round. */
@Command(
    name = "bench/durable",
    description = "Measure saves that are on disk before they are acknowledged.",
    mixinStandardHelpOptions = true)
public final class DurableMain implements Callable<Integer> {
  private static final int ACTORS = 4_096;
  private static final byte[] DATA = new byte[256];

  @Option(names = "--home", required = true, paramLabel = "DIR", description = "The project.")
  private Path home = Path.of("");

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Measured rounds, after one to warm up. Default: ${DEFAULT-VALUE}")
  private int rounds = 5;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Duration of each load in each round. Default: ${DEFAULT-VALUE}")
  private int seconds = 3;

  @Option(
      names = "--clients",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,32,256",
      description = "How many saves are in flight. Default: ${DEFAULT-VALUE}")
  private List<Integer> clients = new ArrayList<>();

  /** Returns 0 if all saves were acknowledged. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new DurableMain()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Path jar = home.resolve("server/target/aether.jar");
    Map<String, List<Measured>> figures = new LinkedHashMap<>();
    try (Folders folders = Folders.temporary();
        AetherProcess grouped = node(jar, folders.root().resolve("grouped"));
        AetherProcess single = node(jar, folders.root().resolve("single"), "--no-group-commit")) {
      Map<String, Driver> drivers = new LinkedHashMap<>();
      drivers.put("aether, unary", unary(grouped));
      drivers.put("aether, stream", stream(grouped));
      drivers.put("aether without group commit, unary", unary(single));
      drivers.put("aether without group commit, stream", stream(single));
      for (int round = 0; round <= rounds; round++) {
        for (int inFlight : clients) {
          for (Map.Entry<String, Driver> each : drivers.entrySet()) {
            Measured measured = measure(each.getValue(), inFlight);
            if (round > 0) {
              figures
                  .computeIfAbsent(
                      each.getKey() + ", " + inFlight + " in flight", key -> new ArrayList<>())
                  .add(measured);
            }
          }
        }
      }
      drivers.values().forEach(Driver::close);
    }
    figures.forEach(DurableMain::print);
    return 0;
  }

  private static AetherProcess node(Path jar, Path folder, String... options) throws Exception {
    List<String> store = new ArrayList<>(List.of("--data", folder.resolve("data").toString()));
    store.addAll(List.of(options));
    return new AetherProcess(jar, folder, List.of(), store);
  }

  private static Driver unary(AetherProcess node) {
    return new AetherUnary(node.address(), "unary", ACTORS, 1, DATA);
  }

  private static Driver stream(AetherProcess node) {
    return new AetherStream(node.address(), "stream", ACTORS, 1, DATA);
  }

  private Measured measure(Driver driver, int inFlight) throws Exception {
    Duration time = Duration.ofSeconds(seconds);
    return inFlight == 1
        ? Serial.appends(driver, ACTORS, time, Long.MAX_VALUE)
        : ClosedLoop.run(driver, ACTORS, inFlight, time, Long.MAX_VALUE);
  }

  private static void print(String name, List<Measured> rounds) {
    Series rate = new Series(name, name, rounds.stream().map(Measured::perSecond).toList());
    Series p50 = new Series(name, name, rounds.stream().map(m -> m.latencyMillis(50)).toList());
    Series p99 = new Series(name, name, rounds.stream().map(m -> m.latencyMillis(99)).toList());
    System.out.println(
        String.format(
            Locale.ROOT,
            "%-52s %8.0f saves/s (%.0f to %.0f), p50 %.2f ms, p99 %.2f ms",
            name,
            rate.median(),
            rate.min(),
            rate.max(),
            p50.median(),
            p99.median()));
  }
}
