package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.Snapshot;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints an actor's snapshot. */
@Command(
    name = "get",
    description = "Print an actor's snapshot as one JSON object. Exit code 1 if it has none.")
final class SnapshotGetCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "ACTOR", description = "The actor's id.")
  private String actor = "";

  SnapshotGetCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    try (AetherClient client = connection.connect()) {
      Snapshot snapshot =
          client
              .latestSnapshot(actor)
              .orElseThrow(
                  () ->
                      new CommandFailedException(
                          String.format(
                              Locale.ROOT,
                              "actor \"%s\" has no snapshot in namespace \"%s\"",
                              actor,
                              connection.namespace())));
      Output out = new Output(terminal.out());
      out.line(EventLines.of(snapshot));
      out.flush();
      return ExitCode.DONE;
    }
  }
}
