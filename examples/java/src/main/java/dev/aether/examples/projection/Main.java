package dev.aether.examples.projection;

import dev.aether.examples.common.Servers;
import dev.aether.examples.local.TemporaryFolder;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command line. Keeps the read model for inspection. */
@Command(
    name = "examples/java/run projection",
    description =
        "Maintains a read model in SQLite that stays exact although it is killed at random.",
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
  @Mixin private ProjectionOptions options = new ProjectionOptions();

  /** Exits with 1 if the rows differ from the log. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    try (Servers servers = Servers.find(1);
        TemporaryFolder folder = TemporaryFolder.make("aether-projection-")) {
      folder.keep();
      boolean exact = new Projection(servers, options, System.out).run(folder).isExact();
      System.out.println("The read model is in " + folder.path());
      return exact ? 0 : 1;
    }
  }
}
