package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints a namespace. */
@Command(
    name = "get",
    description = "Print a namespace as one JSON object. Exit code 1 if it does not exist.")
final class NamespacesGetCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ServerOptions connection = new ServerOptions();

  @Parameters(paramLabel = "NS", description = "The namespace's name.")
  private String name = "";

  NamespacesGetCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try (AetherClient client = connection.connect()) {
      Output out = new Output(terminal.out());
      out.line(NamespaceLines.of(client.namespaces().get(name)));
      out.flush();
      return ExitCode.DONE;
    }
  }
}
