package dev.aether.server.cli;

import dev.aether.client.ActorSummary;
import dev.aether.client.AetherClient;
import dev.aether.client.ListActorsOptions;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists actors. */
@Command(
    name = "actors",
    description = "List actors and their latest versions, one JSON object per line.")
final class ActorsCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "PREFIX",
      defaultValue = "",
      description = "Only list actors whose id starts with PREFIX.")
  private String prefix = "";

  @Option(names = "--max", paramLabel = "N", description = "List at most N actors.")
  private long max;

  ActorsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (max < 0) {
      throw new UsageException("--max must be 0 or more");
    }
    try (AetherClient client = connection.connect();
        Stream<ActorSummary> actors = client.listActors(ListActorsOptions.withPrefix(prefix))) {
      Output out = new Output(terminal.out());
      (max == 0 ? actors : actors.limit(max)).map(EventLines::of).forEach(out::line);
      out.flush();
      return ExitCode.DONE;
    }
  }
}
