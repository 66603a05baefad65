package dev.aether.faults.rolling;

import dev.aether.server.embedded.FolderTree;
import dev.aether.server.embedded.NatsServerScript;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of {@code dev/check-upgrade}. */
@Command(
    name = "dev/check-upgrade",
    description = "Restarts two nodes one after another under load, as another version and back.",
    mixinStandardHelpOptions = true)
public final class RollingMain implements Callable<Integer> {
  @Option(names = "--home", required = true, paramLabel = "DIR", description = "The repository.")
  private Path home = Path.of("");

  @Option(names = "--old", required = true, paramLabel = "JAR", description = "The old version.")
  private Path oldJar = Path.of("");

  @Option(names = "--new", required = true, paramLabel = "JAR", description = "The new version.")
  private Path newJar = Path.of("");

  @Option(names = "--writers", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}")
  private int writers = 8;

  @Option(names = "--subscribers", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}")
  private int subscribers = 20;

  /** Runs the command. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new RollingMain()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Path folder = Files.createTempDirectory("aether-rolling-");
    try {
      RollingRestart.Result result =
          new RollingRestart(NatsServerScript.ask(home), oldJar, newJar, folder)
              .run(writers, subscribers);
      System.out.printf(
          Locale.ROOT,
          "%d restarts under %d writers and %d subscribers: %d saves, %d commits delivered, longest"
              + " save %d ms, %d irregularities%n",
          result.restarts(),
          writers,
          subscribers,
          result.saves(),
          result.delivered(),
          result.longestSave().toMillis(),
          result.irregular().size());
      result.irregular().forEach(System.out::println);
      return result.irregular().isEmpty() ? 0 : 1;
    } finally {
      FolderTree.delete(folder);
    }
  }
}
