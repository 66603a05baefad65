package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.client.Snapshot;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Saves an actor's snapshot. */
@Command(
    name = "save",
    description = "Save a snapshot of an actor. It replaces one of the same or a lower version.",
    footer = {
      "",
      "Prints nothing. Exit code 1 if the version is higher than the actor's latest version, or lower"
          + " than that of the stored snapshot."
    })
final class SnapshotSaveCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "ACTOR", description = "The actor's id.")
  private String actor = "";

  @Option(
      names = "--version",
      paramLabel = "N",
      required = true,
      converter = Versions.class,
      description = "The version of the last event that the state includes.")
  private long version;

  @Option(
      names = "--state",
      paramLabel = "JSON|@FILE|-",
      required = true,
      description = "The state: JSON, @ and the name of a file to read, or - for standard input.")
  private String state = "";

  @Option(
      names = "--content-type",
      paramLabel = "TYPE",
      defaultValue = "application/json",
      description = "The media type of the state. Default: ${DEFAULT-VALUE}")
  private String contentType = "application/json";

  @Option(names = "--meta", paramLabel = "K=V", description = "A metadata entry. Can be repeated.")
  private Map<String, String> metadata = new LinkedHashMap<>();

  SnapshotSaveCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (version == 0) {
      throw new UsageException("--version must be 1 or more");
    }
    Snapshot.Builder snapshot =
        Snapshot.builder(
                actor, version, FlagData.read("--state", state, contentType, terminal.in()))
            .contentType(contentType);
    metadata.forEach(snapshot::metadata);
    try (AetherClient client = connection.connect()) {
      client.saveSnapshot(snapshot.build());
      return ExitCode.DONE;
    }
  }
}
