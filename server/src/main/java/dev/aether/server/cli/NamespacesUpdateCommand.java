package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.NamespaceConfig;
import dev.aether.client.OutcomeUnknownException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Changes the replicas or the size limit of a namespace. */
@Command(
    name = "update",
    description = "Change a namespace while it is used, and print it.",
    footer = {
      "",
      "Settings without an option do not change. The command ends when new replicas have all data."
          + " If that takes longer than one call, exit code 5 says so, and the same command can be run again."
    })
final class NamespacesUpdateCommand implements Callable<Integer>, RunNext {
  private final Terminal terminal;

  @Mixin private ServerOptions connection = new ServerOptions();

  @Parameters(paramLabel = "NS", description = "The namespace's name.")
  private String name = "";

  @Option(
      names = "--replicas",
      paramLabel = "N",
      description = "Replicas of its streams: 1, 3 or 5. 3 and 5 require a NATS cluster.")
  private @Nullable Integer replicas;

  @Option(
      names = "--max-bytes",
      paramLabel = "N",
      description =
          "Maximum size of each partition in bytes, not below what it has already; 0 for no limit.")
  private @Nullable Long maxBytes;

  NamespacesUpdateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    Integer newReplicas = replicas;
    Long newMaxBytes = maxBytes;
    if (newReplicas == null && newMaxBytes == null) {
      throw new UsageException("nothing to change: use --replicas or --max-bytes");
    }
    if ((newReplicas != null && newReplicas < 1) || (newMaxBytes != null && newMaxBytes < 0)) {
      throw new UsageException("numbers must not be negative, and --replicas not 0");
    }
    try (AetherClient client = connection.connect()) {
      NamespaceConfig config = client.namespaces().get(name).config();
      if (newReplicas != null) {
        config = config.withReplicas(newReplicas);
      }
      if (newMaxBytes != null) {
        config = config.withMaxBytes(newMaxBytes);
      }
      Output out = new Output(terminal.out());
      out.line(NamespaceLines.of(client.namespaces().update(name, config)));
      out.flush();
      return ExitCode.DONE;
    }
  }

  /** An update may be repeated. */
  @Override
  public List<String> after(OutcomeUnknownException unknown, List<String> given) {
    return given;
  }
}
