package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.HistoryRules;
import dev.aether.client.NamespaceConfig;
import dev.aether.client.OutcomeUnknownException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Creates a namespace. */
@Command(
    name = "create",
    description = "Create a namespace and print it. Exit code 1 if it already exists.")
final class NamespacesCreateCommand implements Callable<Integer>, RunNext {
  private final Terminal terminal;

  @Mixin private ServerOptions connection = new ServerOptions();

  @Parameters(paramLabel = "NS", description = "The namespace's name.")
  private String name = "";

  @Option(
      names = "--replicas",
      paramLabel = "N",
      description = "Replicas of its streams: 1, 3 or 5. Default: that of the server")
  private int replicas;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description =
          "Number of partitions, which cannot be changed later. Only 1, the default, is supported yet.")
  private int partitions;

  @Option(
      names = "--keep-events",
      paramLabel = "N",
      description =
          "Trim actors' histories, but keep at least N of the newest events. Not supported yet.")
  private long keepEvents;

  @Option(
      names = "--keep-age",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "Trim actors' histories, but keep events that are younger than TIME, such as 720h. Not"
              + " supported yet.")
  private @Nullable Duration keepAge;

  @Option(
      names = "--max-bytes",
      paramLabel = "N",
      description = "Maximum size of each partition in bytes. Default: no limit")
  private long maxBytes;

  NamespacesCreateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (replicas < 0 || partitions < 0 || keepEvents < 0 || maxBytes < 0) {
      throw new UsageException("numbers must not be negative");
    }
    boolean trims = keepEvents > 0 || keepAge != null;
    NamespaceConfig config =
        new NamespaceConfig(
            replicas, partitions, trims ? new HistoryRules(keepEvents, keepAge) : null, maxBytes);
    try (AetherClient client = connection.connect()) {
      Output out = new Output(terminal.out());
      out.line(NamespaceLines.of(client.namespaces().create(name, config)));
      out.flush();
      return ExitCode.DONE;
    }
  }

  /** Shows whether the namespace exists, whoever created it. */
  @Override
  public List<String> after(OutcomeUnknownException unknown, List<String> given) {
    return List.of("namespaces", "get", name, "--server", connection.serverList());
  }
}
