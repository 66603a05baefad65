package dev.aether.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The root command, which holds all others. */
@Command(
    name = CommandLines.NAME,
    description = "An event store with optimistic concurrency, on top of NATS JetStream.",
    synopsisSubcommandLabel = "COMMAND")
final class AetherCommand {
  @Option(names = "--version", versionHelp = true, description = "Print the version.")
  private boolean version;

  /** The end of the help, for a program that was started by this name. */
  static String[] footer(String program) {
    return new String[] {
      "",
      "Start here:  " + program.replace("%", "%%") + " demo",
      "Exit codes:  0 success, 1 failure, 2 wrong usage, 3 version conflict,",
      "             4 server unreachable, 5 outcome unknown (standard error shows",
      "             the command to run next)"
    };
  }
}
