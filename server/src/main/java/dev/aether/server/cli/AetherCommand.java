package dev.aether.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What all commands hang under. */
@Command(
    name = "aether",
    description = "An event store: append-only histories of actors, with optimistic concurrency.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Start here:  aether demo",
      "Exit codes:  0 done, 1 failed, 2 usage, 3 version conflict, 4 server out of reach,",
      "             5 outcome unknown (standard error has the line to run next)"
    })
final class AetherCommand {
  @Option(names = "--version", versionHelp = true, description = "Prints the version.")
  private boolean version;
}
