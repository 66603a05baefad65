package dev.aether.bench.retry;

import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.Folders;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Machine;
import dev.aether.client.AetherClient;
import dev.aether.server.embedded.NatsServerBinary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line: runs each pattern in turn, with few and with many writers. */
@Command(
    name = "bench/retry",
    description = "Measures the retry patterns with writers that contend for one actor.",
    mixinStandardHelpOptions = true)
public final class RetryMain implements Callable<Integer> {
  private static final List<Integer> WRITERS = List.of(1, 8, 64);

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Measured rounds. Default: ${DEFAULT-VALUE}")
  private int rounds = 3;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "4",
      description = "Duration of each run. Default: ${DEFAULT-VALUE}")
  private int seconds = 4;

  @Option(names = "--home", paramLabel = "DIR", description = "The repository.", required = true)
  private Path home = Path.of("");

  /** Returns 0 if every actor has exactly the events that were saved. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new RetryMain()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    NatsServerBinary nats = NatsServerBinary.find(Optional.empty());
    try (Folders folders = Folders.temporary()) {
      Rig rig =
          new Rig(nats.path(), home.resolve("server/target/aether.jar"), List.of(), folders.root());
      Map<String, String> facts = Machine.facts(home, nats.version().toString());
      facts.put(
          "rounds",
          String.format(Locale.ROOT, "%d of %d s, the middle one shown", rounds, seconds));
      try (NatsProcess server = rig.nats();
          AetherProcess node = rig.node(server);
          AetherClient client = AetherClient.connect(node.address())) {
        RetryReport report =
            report(facts, new Contention(client), rounds, Duration.ofSeconds(seconds));
        report.write(home.resolve("docs/benchmarks"), home.resolve("docs/retries.md"));
        System.out.print(report.markdown());
      }
    }
    return 0;
  }

  static RetryReport report(
      Map<String, String> facts, Contention contention, int rounds, Duration time)
      throws InterruptedException {
    List<Patterns.Pattern> patterns = Patterns.all();
    for (Patterns.Pattern pattern : patterns) {
      Figures warmUp = contention.run(pattern, WRITERS.get(1), time);
    }
    List<RetryReport.Row> rows = new ArrayList<>();
    List<List<Figures>> measured = new ArrayList<>();
    for (int i = 0; i < patterns.size() * WRITERS.size(); i++) {
      measured.add(new ArrayList<>());
    }
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < measured.size(); i++) {
        measured
            .get(i)
            .add(
                contention.run(
                    patterns.get(i / WRITERS.size()), WRITERS.get(i % WRITERS.size()), time));
      }
    }
    for (int i = 0; i < patterns.size(); i++) {
      rows.add(
          new RetryReport.Row(
              patterns.get(i),
              measured.subList(i * WRITERS.size(), (i + 1) * WRITERS.size()).stream()
                  .map(Figures::median)
                  .toList()));
    }
    return new RetryReport(facts, WRITERS, rows);
  }
}
