package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.server.cli.json.JsonLine;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints an actor's latest version. */
@Command(
    name = "latest",
    description = "Print an actor's latest version, or 0 if it has no events.")
final class LatestCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "ACTOR", description = "The actor's id.")
  private String actor = "";

  LatestCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try (AetherClient client = connection.connect()) {
      Output out = new Output(terminal.out());
      out.line(new JsonLine().put("version", client.latestVersion(actor)).end());
      out.flush();
      return ExitCode.DONE;
    }
  }
}
