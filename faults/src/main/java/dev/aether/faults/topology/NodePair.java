package dev.aether.faults.topology;

import dev.aether.server.embedded.LoopbackPort;
import dev.aether.server.embedded.NatsInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Two nodes on one nats-server, of which each can be replaced by a node of another jar at the same
 * address. For one thread.
 */
public final class NodePair implements AutoCloseable {
  private final Path folder;
  private final String natsUrl;
  private final ServerProcess nats;
  private final List<ServerProcess> nodes = new ArrayList<>();
  private final List<Integer> ports = List.of(LoopbackPort.pickFree(), LoopbackPort.pickFree());
  private int starts;

  /**
   * Starts the servers and blocks until they are ready.
   *
   * @param natsServer the executable
   * @param folder for everything that the servers write; the caller deletes it
   */
  public NodePair(Path natsServer, Path jar, Path folder) throws IOException {
    this.folder = folder;
    int port = LoopbackPort.pickFree();
    natsUrl = "nats://127.0.0.1:" + port;
    Path config = folder.resolve("nats.conf");
    Files.writeString(
        config,
        String.format(
            Locale.ROOT,
            """
            server_name: "rolling"
            listen: "127.0.0.1:%d"
            max_payload: 4194304
            jetstream { store_dir: "%s", sync_interval: always }
            """,
            port,
            folder.resolve("nats")));
    nats =
        new ServerProcess(
            "nats",
            List.of(natsServer.toString(), "-c", config.toString()),
            folder.resolve("nats.log"),
            () -> NatsInfo.of(port).map(info -> info.contains("\"rolling\"")).orElse(false));
    for (int i = 0; i < ports.size(); i++) {
      nodes.add(node(i, jar));
    }
  }

  private ServerProcess node(int i, Path jar) {
    String name = "node-" + i + "-" + starts++;
    int port = ports.get(i);
    return new ServerProcess(
        name,
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx384m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-jar",
            jar.toString(),
            "serve",
            "--listen",
            "127.0.0.1:" + port,
            "--http",
            "127.0.0.1:0",
            "--nats",
            natsUrl,
            "--nats-sync",
            "always"),
        folder.resolve(name + ".log"),
        () -> Listening.on(port));
  }

  /** Ends a node by SIGTERM, and starts another one at its address. Blocks until it is ready. */
  public void replace(int i, Path jar) {
    nodes.get(i).terminate();
    nodes.set(i, node(i, jar));
  }

  /** The addresses of the nodes. */
  public List<String> addresses() {
    return ports.stream().map(port -> "127.0.0.1:" + port).toList();
  }

  /** Whether all of its processes run. */
  public boolean isUp() {
    return nats.isUp() && nodes.stream().allMatch(ServerProcess::isUp);
  }

  @Override
  public void close() {
    nodes.forEach(ServerProcess::terminate);
    nats.terminate();
  }
}
