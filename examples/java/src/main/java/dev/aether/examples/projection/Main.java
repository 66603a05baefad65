package dev.aether.examples.projection;

import dev.aether.examples.common.Servers;
import dev.aether.examples.local.TemporaryFolder;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command line. Leaves the read model for a look. */
@Command(
    name = "examples/java/run projection",
    description = "A read model in SQLite that is exact though it is killed anywhere.",
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
  @Mixin private ProjectionOptions options = new ProjectionOptions();

  /** Ends with 1 if the rows are not what the log says. */
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
