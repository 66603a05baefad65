package dev.aether.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the servers of a run.
 *
 * @param natsServer the executable
 * @param aetherJar the jar from {@code mvn package}
 * @param nodeOptions Java options for every node, for profiling
 * @param folder the folder for everything that the servers write; the caller deletes it
 */
public record Rig(Path natsServer, Path aetherJar, List<String> nodeOptions, Path folder) {
  /** A nats-server with an empty store. */
  public NatsProcess nats() throws IOException {
    return new NatsProcess(natsServer, Files.createTempDirectory(folder, "nats-"));
  }

  /** A node with a private nats-server and an empty store, which syncs before it acknowledges. */
  public AetherProcess embedded() throws IOException {
    Path data = Files.createTempDirectory(folder, "data-");
    return new AetherProcess(
        aetherJar,
        folder,
        nodeOptions,
        List.of("--data", data.toString(), "--nats-server", natsServer.toString()));
  }

  /** A node in front of a nats-server. */
  public AetherProcess node(NatsProcess nats, String... javaOptions) throws IOException {
    List<String> options = new ArrayList<>(List.of(javaOptions));
    options.addAll(nodeOptions);
    return new AetherProcess(
        aetherJar, folder, options, List.of("--nats", nats.url(), "--nats-sync", "interval"));
  }

  /** A node in front of a nats-server, with further options of {@code serve}. */
  public AetherProcess nodeWith(NatsProcess nats, List<String> serve) throws IOException {
    List<String> options =
        new ArrayList<>(List.of("--nats", nats.url(), "--nats-sync", "interval"));
    options.addAll(serve);
    return new AetherProcess(aetherJar, folder, nodeOptions, options);
  }
}
