package dev.aether.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The parent of the commands for namespaces. */
@Command(
    name = "namespaces",
    description = "List, create, update and delete namespaces.",
    synopsisSubcommandLabel = "COMMAND")
final class NamespacesCommand {

  static CommandLine create(Terminal terminal) {
    return new CommandLine(new NamespacesCommand())
        .addSubcommand(new NamespacesListCommand(terminal))
        .addSubcommand(new NamespacesGetCommand(terminal))
        .addSubcommand(new NamespacesCreateCommand(terminal))
        .addSubcommand(new NamespacesUpdateCommand(terminal))
        .addSubcommand(new NamespacesDeleteCommand());
  }
}
