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
    description = "Saves an actor's snapshot, in the place of one of the same or a lower version.",
    footer = {
      "",
      "Prints nothing. Exit code 1 if the version is above the actor's latest, or below that of the"
          + " snapshot that is stored."
    })
final class SnapshotSaveCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(paramLabel = "ACTOR", description = "The actor.")
  private String actor = "";

  @Option(
      names = "--version",
      paramLabel = "N",
      required = true,
      converter = Versions.class,
      description = "Up to which version the state includes the actor's events.")
  private long version;

  @Option(
      names = "--state",
      paramLabel = "JSON|@FILE|-",
      required = true,
      description = "The state; -: from standard input.")
  private String state = "";

  @Option(
      names = "--content-type",
      paramLabel = "TYPE",
      defaultValue = "application/json",
      description = "The state's media type. Default: ${DEFAULT-VALUE}")
  private String contentType = "application/json";

  @Option(names = "--meta", paramLabel = "K=V", description = "Metadata; may be repeated.")
  private Map<String, String> metadata = new LinkedHashMap<>();

  SnapshotSaveCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    if (version == 0) {
      throw new UsageException("--version is 1 or more");
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
