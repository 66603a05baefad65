package dev.aether.examples.local;

import dev.aether.server.embedded.LoopbackPort;
import dev.aether.server.embedded.TetheredProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A node, run from the built jar. When it is killed it keeps only its port; all its data is in
 * JetStream. Used by one thread at a time; the process ends with this JVM.
 */
final class LocalNode implements Killable, TemporaryFolder.User {
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration END_WITHIN = Duration.ofSeconds(20);
  private static final String READY = "aether is ready";

  private final String name;
  private final Path jar;
  private final Path folder;
  private final String natsUrl;
  private final int port = LoopbackPort.pickFree();
  private int starts;
  private TetheredProcess process;

  /** Starts it; {@link #awaitReady} waits until it is ready. */
  LocalNode(String name, Path jar, Path folder, String natsUrl) throws IOException {
    this.name = name;
    this.jar = jar;
    this.folder = folder;
    this.natsUrl = natsUrl;
    process = begin();
  }

  private TetheredProcess begin() throws IOException {
    starts++;
    return TetheredProcess.start(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-jar",
            jar.toString(),
            "serve",
            "--listen",
            endpoint(),
            "--http",
            "127.0.0.1:0",
            "--nats",
            natsUrl,
            "--nats-sync",
            "always",
            "--node-id",
            name),
        log(),
        END_WITHIN);
  }

  private Path log() {
    return folder.resolve("%s-%d.log".formatted(name, starts));
  }

  void awaitReady() {
    Waiting.until("%s to be ready (log: %s)".formatted(name, log()), READY_WITHIN, this::isReady);
  }

  private boolean isReady() {
    try {
      boolean ready = Files.readString(log()).contains(READY);
      if (!ready && !process.isAlive()) {
        throw new IllegalStateException(name + " exited; see its log " + log());
      }
      return ready;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its gRPC address. */
  String endpoint() {
    return "127.0.0.1:" + port;
  }

  @Override
  public String name() {
    return name;
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
    awaitReady();
  }

  @Override
  public void close() {
    process.end();
  }
}
