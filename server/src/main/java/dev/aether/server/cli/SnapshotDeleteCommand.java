package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Deletes an actor's snapshot. */
@Command(
    name = "delete",
    description = "Delete an actor's snapshot, if it has one. Its events are kept. Prints nothing.")
final class SnapshotDeleteCommand implements Callable<Integer> {
  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "ACTOR", description = "The actor's id.")
  private String actor = "";

  SnapshotDeleteCommand() {}

  @Override
  public Integer call() {
    try (AetherClient client = connection.connect()) {
      client.deleteSnapshot(actor);
      return ExitCode.DONE;
    }
  }
}
