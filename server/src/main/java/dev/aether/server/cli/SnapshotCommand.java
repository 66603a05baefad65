package dev.aether.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The parent of the commands for snapshots. */
@Command(
    name = "snapshot",
    description = "Read, save and delete snapshots of actors.",
    synopsisSubcommandLabel = "COMMAND")
final class SnapshotCommand {

  static CommandLine create(Terminal terminal) {
    return new CommandLine(new SnapshotCommand())
        .addSubcommand(new SnapshotGetCommand(terminal))
        .addSubcommand(new SnapshotSaveCommand(terminal))
        .addSubcommand(new SnapshotDeleteCommand());
  }
}
