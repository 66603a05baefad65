package dev.aether.examples.orders;

import dev.aether.examples.common.Servers;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command line. */
@Command(
    name = "examples/java/run orders",
    description = "Processes orders with a process manager that is killed several times.",
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
  @Mixin private OrdersOptions options = new OrdersOptions();

  /** Exits with 1 if a step happened twice or never. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    try (Servers servers = Servers.find(1)) {
      return new Orders(servers, options, System.out).run().problems().isEmpty() ? 0 : 1;
    }
  }
}
