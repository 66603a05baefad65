package dev.aether.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The root command, which holds all others. */
@Command(
    name = CommandLines.NAME,
    description = "An event store with optimistic concurrency, on top of NATS JetStream.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Start here:  aether demo",
      "Exit codes:  0 success, 1 failure, 2 wrong usage, 3 version conflict,",
      "             4 server unreachable, 5 outcome unknown (standard error shows",
      "             the command to run next)"
    })
final class AetherCommand {
  @Option(names = "--version", versionHelp = true, description = "Print the version.")
  private boolean version;
}
