package dev.aether.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What the commands about snapshots hang under. */
@Command(
    name = "snapshot",
    description = "Reads, saves and deletes actors' snapshots.",
    synopsisSubcommandLabel = "COMMAND")
final class SnapshotCommand {

  static CommandLine create(Terminal terminal) {
    return new CommandLine(new SnapshotCommand())
        .addSubcommand(new SnapshotGetCommand(terminal))
        .addSubcommand(new SnapshotSaveCommand(terminal))
        .addSubcommand(new SnapshotDeleteCommand());
  }
}
