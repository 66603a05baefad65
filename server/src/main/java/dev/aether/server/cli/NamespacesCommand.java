package dev.aether.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What the commands about namespaces hang under. */
@Command(
    name = "namespaces",
    description = "Lists, makes and deletes namespaces.",
    synopsisSubcommandLabel = "COMMAND")
final class NamespacesCommand {

  static CommandLine create(Terminal terminal) {
    return new CommandLine(new NamespacesCommand())
        .addSubcommand(new NamespacesListCommand(terminal))
        .addSubcommand(new NamespacesGetCommand(terminal))
        .addSubcommand(new NamespacesCreateCommand(terminal))
        .addSubcommand(new NamespacesDeleteCommand());
  }
}
