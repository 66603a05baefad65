package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.OutcomeUnknownException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes a namespace. */
@Command(
    name = "delete",
    description = "Deletes a namespace with everything in it, for good. Prints nothing.")
final class NamespacesDeleteCommand implements Callable<Integer>, RunNext {
  @Mixin private ServerOptions connection = new ServerOptions();

  @Parameters(paramLabel = "NS", description = "The namespace.")
  private String name = "";

  @Option(
      names = "--confirm",
      paramLabel = "NS",
      required = true,
      description = "The same name again.")
  private String confirm = "";

  @Override
  public Integer call() {
    if (!confirm.equals(name)) {
      throw new UsageException("--confirm must be the same name again; nothing is deleted");
    }
    try (AetherClient client = connection.connect()) {
      client.namespaces().delete(name);
      return ExitCode.DONE;
    }
  }

  /** Not the same again: it could delete what somebody made in the meantime. */
  @Override
  public List<String> after(OutcomeUnknownException unknown, List<String> given) {
    return List.of("namespaces", "get", name, "--server", connection.serverList());
  }
}
