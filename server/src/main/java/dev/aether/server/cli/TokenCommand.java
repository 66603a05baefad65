package dev.aether.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The parent of the commands for tokens. */
@Command(
    name = "token",
    description = "Make tokens, by which a server recognises its callers.",
    synopsisSubcommandLabel = "COMMAND")
final class TokenCommand {

  static CommandLine create(Terminal terminal) {
    return new CommandLine(new TokenCommand()).addSubcommand(new TokenNewCommand(terminal));
  }
}
