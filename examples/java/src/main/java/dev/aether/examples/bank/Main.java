package dev.aether.examples.bank;

import dev.aether.examples.common.Servers;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * The command line. Starts two nodes and a nats-server to kill; those of {@code AETHER_SERVER} it
 * leaves alive.
 */
@Command(
    name = "examples/java/run bank",
    description = "Transfers between accounts while everything under them is killed.",
    mixinStandardHelpOptions = true)
public final class Main implements Callable<Integer> {
  @Mixin private BankOptions options = new BankOptions();

  /** Ends with 1 if the books are not right. */
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
