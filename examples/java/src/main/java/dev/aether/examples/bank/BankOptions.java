package dev.aether.examples.bank;

import picocli.CommandLine.Option;

/** The size of a run, set by the command line. */
final class BankOptions {
  @Option(names = "--accounts", description = "Number of accounts. Default: ${DEFAULT-VALUE}")
  int accounts = 1000;

  @Option(names = "--transfers", description = "Number of transfers. Default: ${DEFAULT-VALUE}")
  int transfers = 20_000;

  @Option(
      names = "--clients",
      description = "Number of concurrent clients. Default: ${DEFAULT-VALUE}")
  int clients = 16;

  @Option(
      names = "--kills",
      description = "Kill each server and the process manager N times. Default: ${DEFAULT-VALUE}")
  int kills = 8;

  @Option(names = "--seed", description = "Seed of the random numbers. Default: a random seed")
  long seed = System.nanoTime() & 0xffffffffL;
}
