package dev.aether.bench;

import dev.aether.bench.process.Folders;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Machine;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Report;
import dev.aether.bench.scenario.Scale;
import dev.aether.bench.scenario.Scenario;
import dev.aether.server.embedded.NatsServerBinary;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line: runs scenarios one after the other and writes the results. */
@Command(
    name = "bench/run",
    description = "Measures Aether beside JetStream alone.",
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
  @Option(
      names = "--quick",
      description = "Run smaller and shorter, for a first look; not for publishing.")
  private boolean quick;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Measured rounds. Default: 7; with --quick: 5.")
  private @Nullable Integer rounds;

  @Option(
      names = "--warm-up",
      paramLabel = "SECONDS",
      description = "Warm-up before the first round. Default: 40; with --quick: 10.")
  private @Nullable Integer warmUp;

  @Option(
      names = "--only",
      paramLabel = "ID",
      split = ",",
      description = "Run only these scenarios, such as a,c.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--large",
      description =
          "Also run scenario m, which takes about an hour and 15 GB in the temporary folder.")
  private boolean large;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      defaultValue = "latest",
      description = "Name of the files to write. Default: ${DEFAULT-VALUE}")
  private String name = "latest";

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder to write to. Default: docs/benchmarks")
  private @Nullable Path out;

  @Option(names = "--home", paramLabel = "DIR", description = "The repository.", required = true)
  private Path home = Path.of("");

  @Option(
      names = "--node-option",
      paramLabel = "OPTION",
      description = "Java option for every node, such as -XX:StartFlightRecording=…")
  private List<String> nodeOptions = new ArrayList<>();

  /** Returns 0 if all scenarios were run, whether or not the targets were met. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Scale chosen = quick ? Scale.QUICK : Scale.FULL;
    Scale warmed = warmUp == null ? chosen : chosen.withWarmUp(Duration.ofSeconds(warmUp));
    Scale scale = rounds == null ? warmed : warmed.withRounds(rounds);
    NatsServerBinary nats = NatsServerBinary.find(Optional.empty());
    Map<String, String> facts = Machine.facts(home, nats.version().toString());
    List<Outcome> outcomes = new ArrayList<>();
    try (Folders folders = Folders.temporary()) {
      Rig rig =
          new Rig(
              nats.path(), home.resolve("server/target/aether.jar"), nodeOptions, folders.root());
      List<Scenario> scenarios = new ArrayList<>(Suite.all(home));
      if (large) {
        scenarios.addAll(Suite.large());
      }
      for (Scenario scenario : scenarios) {
        if (only.isEmpty() || only.contains(scenario.id())) {
          System.err.println("running " + scenario.id() + " …");
          outcomes.add(scenario.run(rig, scale));
        }
      }
    }
    Report report = new Report(facts, outcomes);
    report.write(out == null ? home.resolve("docs/benchmarks") : out, name);
    System.out.print(report.markdown());
    return 0;
  }
}
