package dev.aether.bench.process;

import dev.aether.server.embedded.LoopbackPort;
import dev.aether.server.embedded.NatsInfo;
import dev.aether.server.embedded.TetheredProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A single nats-server with JetStream and messages up to 4 MiB. Not thread-safe; ends with this
 * JVM.
 */
public final class NatsProcess implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofSeconds(120);
  private static final Duration END_WITHIN = Duration.ofSeconds(60);

  private final Path binary;
  private final Path folder;
  private final int port;
  private TetheredProcess process;

  /** Starts a server with periodic sync: nats-server's default of 2 minutes. */
  public NatsProcess(Path binary, Path folder) throws IOException {
    this(binary, folder, "2m");
  }

  /**
   * Starts the server and waits until it accepts connections.
   *
   * @param folder the folder for its store, configuration and log, which is created if missing
   * @param syncInterval the time between two syncs to disk, or "always" for a sync before each
   *     acknowledgement
   */
  public NatsProcess(Path binary, Path folder, String syncInterval) throws IOException {
    this(binary, folder, syncInterval, "");
  }

  /** Starts a server whose configuration has more lines, such as those for a cluster. */
  NatsProcess(Path binary, Path folder, String syncInterval, String more) throws IOException {
    this.binary = binary;
    this.folder = folder;
    this.port = LoopbackPort.pickFree();
    Files.createDirectories(folder);
    Files.writeString(
        config(),
        String.format(
            Locale.ROOT,
            """
        server_name: "%s"
        listen: "127.0.0.1:%d"
        max_payload: 4194304
        jetstream { store_dir: "%s", sync_interval: %s }
        %s
        """,
            name(),
            port,
            store(),
            syncInterval,
            more));
    process = start();
  }

  private TetheredProcess start() throws IOException {
    TetheredProcess started =
        TetheredProcess.start(
            List.of(binary.toString(), "-c", config().toString()),
            folder.resolve("nats-server.log"),
            END_WITHIN);
    Waiting.until("nats-server to accept connections", READY_WITHIN, () -> greets(started));
    return started;
  }

  private boolean greets(TetheredProcess started) {
    if (!started.isAlive()) {
      throw new IllegalStateException("nats-server has exited; its log is in " + folder);
    }
    return NatsInfo.of(port).map(info -> info.contains(name())).orElse(false);
  }

  /** Its name in a cluster. */
  String name() {
    return "bench-" + port;
  }

  private Path config() {
    return folder.resolve("server.conf");
  }

  /** The folder of its streams. */
  public Path store() {
    return folder.resolve("store");
  }

  public String url() {
    return "nats://127.0.0.1:" + port;
  }

  /** The process id of the running process, or of the last one. */
  public long pid() {
    return process.pid();
  }

  /** Stops the server gracefully. Blocks until it has exited. */
  public void stop() {
    process.end();
  }

  /** Starts the server again after {@link #stop}, on the same port and store. */
  public void startAgain() throws IOException {
    process = start();
  }

  @Override
  public void close() {
    stop();
  }
}
