package dev.aether.examples.orders;

import picocli.CommandLine.Option;

/** The size of a run, set by the command line. */
final class OrdersOptions {
  @Option(names = "--orders", description = "Number of orders. Default: ${DEFAULT-VALUE}")
  int orders = 100;

  @Option(
      names = "--kills",
      description = "Kill the process manager N times. Default: ${DEFAULT-VALUE}")
  int kills = 4;

  @Option(names = "--seed", description = "Seed of the random numbers. Default: a random seed")
  long seed = System.nanoTime() & 0xffffffffL;
}
