package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.NamespaceInfo;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Lists namespaces. */
@Command(name = "list", description = "List namespaces by name, one JSON object per line.")
final class NamespacesListCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ServerOptions connection = new ServerOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "PATTERN",
      defaultValue = ">",
      description =
          "Only list namespaces that match: tokens separated by dots, where * matches exactly one"
              + " token, and >, which may only be the last token, one or more. Default:"
              + " ${DEFAULT-VALUE}, which matches all")
  private String pattern = ">";

  NamespacesListCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try (AetherClient client = connection.connect();
        Stream<NamespaceInfo> found = client.namespaces().list(pattern)) {
      Output out = new Output(terminal.out());
      found.map(NamespaceLines::of).forEach(out::line);
      out.flush();
      return ExitCode.DONE;
    }
  }
}
