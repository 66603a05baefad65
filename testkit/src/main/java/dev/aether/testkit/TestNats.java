package dev.aether.testkit;

import dev.aether.server.embedded.NatsServerBinary;
import dev.aether.server.embedded.NatsServerProcess;
import dev.aether.server.event.Durability;
import dev.aether.server.store.Store;
import dev.aether.server.store.jetstream.JetStreamConfig;
import dev.aether.server.store.jetstream.JetStreamStore;
import dev.aether.testkit.internal.TcpForwarder;
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
 * The private nats-server of a {@link TestAether}, of the kind that {@code aether serve --data}
 * starts, with its data in a temporary folder; and faults to inject. Safe for use by many threads.
 */
public final class TestNats {
  private static final Duration READY_BOUND = Duration.ofSeconds(60);
  private static final Duration READY_POLL = Duration.ofMillis(5);

  private final Path folder;
  private final NatsServerProcess process;

  /** Between the node and nats-server. */
  private final TcpForwarder forwarder = new TcpForwarder();

  private TestNats(Path folder, NatsServerProcess process) {
    this.folder = folder;
    this.process = process;
    forwarder.open(process.port());
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
    String url = process.url().replaceFirst("\\d+$", Integer.toString(forwarder.port()));
    return JetStreamStore.open(
        new JetStreamConfig(
            List.of(url), "aether-testkit", READY_BOUND, 1, true, Durability.Sync.ALWAYS));
  }

  /**
   * Stops nats-server and starts it again with its data. Returns when it accepts connections; the
   * node notices this within a second. This takes some tenths of a second.
   *
   * @throws IllegalStateException if it is not ready within 60 s
   */
  public void restart() {
    process.restart("restarted by the test");
    long deadline = System.nanoTime() + READY_BOUND.toNanos();
    while (!process.isReady()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("nats-server was not ready within " + READY_BOUND);
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

  /** Makes NATS unreachable for the node until {@link #acceptConnections}. */
  public void refuseConnections() {
    forwarder.refuse();
  }

  /** Makes NATS reachable again, which the node notices within a second. */
  public void acceptConnections() {
    forwarder.accept();
  }

  /** Stops nats-server and deletes its data. */
  void close() {
    forwarder.close();
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
