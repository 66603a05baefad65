package dev.aether.examples.projection;

import picocli.CommandLine.Option;

/** How large a run is. Set by the command line before it begins. */
final class ProjectionOptions {
  @Option(names = "--sales", description = "Default: ${DEFAULT-VALUE}")
  int sales = 5000;

  @Option(names = "--kills", description = "Of the projection. Default: ${DEFAULT-VALUE}")
  int kills = 5;

  @Option(names = "--seed", description = "Default: a random one")
  long seed = System.nanoTime() & 0xffffffffL;
}
