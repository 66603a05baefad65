package dev.aether.testkit;

import dev.aether.server.embedded.NatsServerBinary;
import dev.aether.server.embedded.NatsServerProcess;
import dev.aether.server.event.Durability;
import dev.aether.server.store.Store;
import dev.aether.server.store.jetstream.JetStreamStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The private nats-server under a {@link TestAether}, as {@code aether serve --data} has one, in a
 * temporary folder; and what can happen to it. Safe for use by many threads.
 */
public final class TestNats {
  private static final Duration READY_BOUND = Duration.ofSeconds(60);
  private static final Duration READY_POLL = Duration.ofMillis(5);

  private final Path folder;
  private final NatsServerProcess process;

  /** Between the node and nats-server. */
  private final Gate gate = new Gate();

  private TestNats(Path folder, NatsServerProcess process) {
    this.folder = folder;
    this.process = process;
    gate.open(process.port());
  }

  static TestNats start(NatsServerBinary binary) {
    Path folder;
    try {
      folder = Files.createTempDirectory("aether-testkit-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      return started(folder, NatsServerProcess.start(binary, folder));
    } catch (RuntimeException e) {
      delete(folder);
      throw e;
    }
  }

  private static TestNats started(Path folder, NatsServerProcess process) {
    try {
      return new TestNats(folder, process);
    } catch (RuntimeException e) {
      process.close();
      throw e;
    }
  }

  Store openStore() {
    String url = process.url().replaceFirst("\\d+$", Integer.toString(gate.port()));
    return JetStreamStore.open(
        new JetStreamStore.Config(
            List.of(url), "aether-testkit", READY_BOUND, 1, true, Durability.Sync.ALWAYS));
  }

  /**
   * Ends nats-server and starts it again on what it stored. Returns when it takes connections,
   * which the node notices within a second; blocks for some tenths of one.
   *
   * @throws IllegalStateException if it is not ready within 60 s
   */
  public void restart() {
    process.restart("the test asks for it");
    long deadline = System.nanoTime() + READY_BOUND.toNanos();
    while (!process.isReady()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("nats-server is not ready within " + READY_BOUND);
      }
      pause();
    }
  }

  private static void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(READY_POLL.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for nats-server", e);
    }
  }

  /** NATS is out of the node's reach until {@link #acceptConnections}. */
  public void refuseConnections() {
    gate.refuse();
  }

  /** NATS is in the node's reach again, which it notices within a second. */
  public void acceptConnections() {
    gate.accept();
  }

  /** Ends nats-server and deletes what it stored. */
  void close() {
    gate.close();
    process.close();
    delete(folder);
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
