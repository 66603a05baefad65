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
    description = "Delete a namespace and everything in it, permanently. Prints nothing.")
final class NamespacesDeleteCommand implements Callable<Integer>, RunNext {
  @Mixin private ServerOptions connection = new ServerOptions();

  @Parameters(paramLabel = "NS", description = "The namespace's name.")
  private String name = "";

  @Option(
      names = "--confirm",
      paramLabel = "NS",
      required = true,
      description = "The namespace's name again, to confirm the deletion.")
  private String confirm = "";

  @Override
  public Integer call() {
    if (!confirm.equals(name)) {
      throw new UsageException("--confirm must repeat the namespace's name; nothing was deleted");
    }
    try (AetherClient client = connection.connect()) {
      client.namespaces().delete(name);
      return ExitCode.DONE;
    }
  }

  /** Not the same command again: it could delete a namespace that was created in the meantime. */
  @Override
  public List<String> after(OutcomeUnknownException unknown, List<String> given) {
    return List.of("namespaces", "get", name, "--server", connection.serverList());
  }
}
