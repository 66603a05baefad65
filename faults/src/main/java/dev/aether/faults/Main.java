package dev.aether.faults;

import dev.aether.faults.failpoint.FaultPlan;
import dev.aether.faults.topology.Topology;
import dev.aether.server.embedded.FolderTree;
import dev.aether.server.embedded.NatsServerScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line. */
@Command(
    name = "faults/run",
    description =
        "Kills, stops and cuts off nodes and nats-servers under load, and checks what they stored.",
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
  private static final int MAX_SEED = 1_000_000;

  @Option(
      names = "--topology",
      paramLabel = "NAME",
      required = true,
      description =
          "embedded: a node with its private nats-server; one-nats: two nodes on one nats-server;"
              + " r3: two nodes on three nats-servers with three replicas.")
  private Topology topology = Topology.EMBEDDED;

  @Option(
      names = "--faults",
      paramLabel = "N",
      defaultValue = "200",
      description = "Number of faults. Default: ${DEFAULT-VALUE}")
  private int faults = 200;

  @Option(
      names = "--writers",
      paramLabel = "N",
      description = "Number of writers. Default: 8 to 64, chosen by the seed.")
  private @Nullable Integer writers;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Decides on the faults and the saves. Default: a random number.")
  private @Nullable Long seed;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write the results to this JSON file.")
  private @Nullable Path report;

  @Option(
      names = "--folder",
      paramLabel = "DIR",
      description =
          "Keep the files of all servers in this folder. Default: a temporary one, which is kept"
              + " only if the run does not succeed.")
  private @Nullable Path folder;

  @Option(names = "--home", paramLabel = "DIR", description = "The repository.", required = true)
  private Path home = Path.of("");

  /** Exits with 0 if nothing was violated and saves were stored in groups. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    long chosen = seed == null ? ThreadLocalRandom.current().nextInt(MAX_SEED) : seed;
    FaultRun run =
        new FaultRun(
            topology,
            chosen,
            faults,
            writers == null ? FaultRun.writers(chosen) : writers,
            FaultPlan.Pace.FULL);
    Path files = folder == null ? Files.createTempDirectory("aether-faults-") : folder;
    Files.createDirectories(files);
    Path jar = home.resolve("server/target/aether.jar");
    Report found = run.run(NatsServerScript.ask(home), jar, files, System.out::println);
    System.out.println(found.summary());
    if (report != null) {
      found.write(report);
    }
    boolean isGrouped = found.batches().grouped() > 0;
    if (!isGrouped) {
      System.out.println(
          "no save was stored in a batch, so group commit was not tested; it needs more --writers");
    }
    boolean isGood = found.violations().isEmpty() && isGrouped;
    if (isGood && folder == null) {
      FolderTree.delete(files);
    }
    return isGood ? 0 : 1;
  }
}
