package dev.aether.examples.orders;

import picocli.CommandLine.Option;

/** How large a run is. Set by the command line before it begins. */
final class OrdersOptions {
  @Option(names = "--orders", description = "Default: ${DEFAULT-VALUE}")
  int orders = 100;

  @Option(names = "--kills", description = "Of the process manager. Default: ${DEFAULT-VALUE}")
  int kills = 4;

  @Option(names = "--seed", description = "Default: a random one")
  long seed = System.nanoTime() & 0xffffffffL;
}
