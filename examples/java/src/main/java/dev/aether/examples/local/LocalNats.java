package dev.aether.examples.local;

import dev.aether.server.embedded.LoopbackPort;
import dev.aether.server.embedded.NatsInfo;
import dev.aether.server.embedded.TetheredProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A nats-server with JetStream that syncs each message to disk before it acknowledges it. It keeps
 * its port and its data when it is killed. Used by one thread at a time; the process ends with this
 * JVM.
 */
final class LocalNats implements Killable, TemporaryFolder.User {
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration END_WITHIN = Duration.ofSeconds(10);

  private final Path binary;
  private final Path folder;
  private final int port = LoopbackPort.pickFree();
  private TetheredProcess process;

  /** Starts it and returns when it accepts connections. */
  LocalNats(Path binary, Path folder) throws IOException {
    this.binary = binary;
    this.folder = folder;
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("server.conf"),
        """
        server_name: "%s"
        listen: "127.0.0.1:%d"
        max_payload: 4194304
        jetstream { store_dir: "%s", sync_interval: always }
        """
            .formatted(serverName(), port, folder.resolve("store")));
    process = begin();
  }

  private TetheredProcess begin() throws IOException {
    TetheredProcess begun =
        TetheredProcess.start(
            List.of(binary.toString(), "-c", folder.resolve("server.conf").toString()),
            folder.resolve("nats-server.log"),
            END_WITHIN);
    Waiting.until(
        "nats-server to accept connections (log in " + folder + ")",
        READY_WITHIN,
        () -> NatsInfo.of(port).map(info -> info.contains(serverName())).orElse(false));
    return begun;
  }

  private String serverName() {
    return "examples-" + port;
  }

  String url() {
    return "nats://127.0.0.1:" + port;
  }

  @Override
  public String name() {
    return "nats-server";
  }

  @Override
  public void kill() {
    process.kill();
  }

  @Override
  public void start() {
    try {
      process = begin();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.end();
  }
}
