package dev.aether.examples.bank;

import picocli.CommandLine.Option;

/** How large a run is. Set by the command line before it begins. */
final class BankOptions {
  @Option(names = "--accounts", description = "Default: ${DEFAULT-VALUE}")
  int accounts = 1000;

  @Option(names = "--transfers", description = "Default: ${DEFAULT-VALUE}")
  int transfers = 20_000;

  @Option(names = "--clients", description = "Side by side. Default: ${DEFAULT-VALUE}")
  int clients = 16;

  @Option(
      names = "--kills",
      description = "Of each server and of the process manager. Default: ${DEFAULT-VALUE}")
  int kills = 8;

  @Option(names = "--seed", description = "Default: a random one")
  long seed = System.nanoTime() & 0xffffffffL;
}
