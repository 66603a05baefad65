package dev.aether.examples.projection;

import picocli.CommandLine.Option;

/** The size of a run, set by the command line. */
final class ProjectionOptions {
  @Option(names = "--sales", description = "Number of sales. Default: ${DEFAULT-VALUE}")
  int sales = 5000;

  @Option(names = "--kills", description = "Kill the projection N times. Default: ${DEFAULT-VALUE}")
  int kills = 5;

  @Option(names = "--seed", description = "Seed of the random numbers. Default: a random seed")
  long seed = System.nanoTime() & 0xffffffffL;
}
