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

/** Makes a namespace. */
@Command(
    name = "create",
    description = "Makes a namespace and prints it; exit code 1 if it is there already.")
final class NamespacesCreateCommand implements Callable<Integer>, RunNext {
  private final Terminal terminal;

  @Mixin private ServerOptions connection = new ServerOptions();

  @Parameters(paramLabel = "NS", description = "The namespace.")
  private String name = "";

  @Option(
      names = "--replicas",
      paramLabel = "N",
      description = "1, 3 or 5. Default: the server's own")
  private int replicas;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description = "Can't be changed later. Only 1 is served yet, which is the default")
  private int partitions;

  @Option(
      names = "--keep-events",
      paramLabel = "N",
      description = "Trim actors' histories, but keep so many of the newest events. Not served yet")
  private long keepEvents;

  @Option(
      names = "--keep-age",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Trim actors' histories, but keep what is younger, like 720h. Not served yet")
  private @Nullable Duration keepAge;

  @Option(
      names = "--max-bytes",
      paramLabel = "N",
      description = "What each partition may take. Default: no limit")
  private long maxBytes;

  NamespacesCreateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (replicas < 0 || partitions < 0 || keepEvents < 0 || maxBytes < 0) {
      throw new UsageException("numbers can't be negative");
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

  /** Made by this run or by somebody else: what is there tells. */
  @Override
  public List<String> after(OutcomeUnknownException unknown, List<String> given) {
    return List.of("namespaces", "get", name, "--server", connection.serverList());
  }
}
