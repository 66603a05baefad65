package dev.aether.examples.bank;

import dev.aether.examples.common.Servers;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The command line. Starts two nodes and a nats-server and kills them; servers in {@code
 * AETHER_SERVER} are not killed.
 */
@Command(
    name = "examples/java/run bank",
    description =
        "Transfers money between accounts while nodes, nats-server and the process manager are killed.",
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
  @Mixin private BankOptions options = new BankOptions();

  /** Exits with 1 if the books are wrong. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    try (Servers servers = Servers.find(2)) {
      return new Bank(servers, options, System.out).run().isEmpty() ? 0 : 1;
    }
  }
}
