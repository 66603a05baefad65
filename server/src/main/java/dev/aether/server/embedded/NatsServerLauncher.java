package dev.aether.server.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a process of nats-server, waits until it accepts connections, and reads its last words if
 * it does not. {@link NatsServerProcess} decides when.
 */
final class NatsServerLauncher {
  private static final Logger log = LoggerFactory.getLogger(NatsServerLauncher.class);

  /**
   * It accepts connections only when all streams are recovered, which takes long after a hard stop
   * of a very large store.
   */
  static final Duration READY_BOUND = Duration.ofMinutes(5);

  private static final Duration READY_LOG_INTERVAL = Duration.ofSeconds(10);
  private static final Duration READY_POLL = Duration.ofMillis(10);

  private static final long OUTPUT_FILE_MAX_BYTES = 4L << 20;

  /** How a start ended. */
  enum Outcome {
    READY,
    EXITED,
    TIMED_OUT,
    CLOSING
  }

  private final NatsServerBinary binary;
  private final Duration stopGrace;
  private final CountDownLatch closing;

  /**
   * @param stopGrace from SIGTERM to SIGKILL
   * @param closing ends the wait
   */
  NatsServerLauncher(NatsServerBinary binary, Duration stopGrace, CountDownLatch closing) {
    this.binary = binary;
    this.stopGrace = stopGrace;
    this.closing = closing;
  }

  /** Call it only while no nats-server is running on the folder. */
  TetheredProcess launch(NatsServerConfig config) throws IOException {
    UnsyncedFiles.sync(config.storeFolder());
    config.write();
    capOutputFile(config.outputFile());
    return TetheredProcess.start(config.command(binary), config.outputFile(), stopGrace);
  }

  /** nats-server prints little except panics. Two files of its output are kept. */
  private static void capOutputFile(Path output) throws IOException {
    if (Files.exists(output) && Files.size(output) > OUTPUT_FILE_MAX_BYTES) {
      Files.move(
          output,
          output.resolveSibling(output.getFileName() + ".1"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Blocks until nats-server accepts connections, or until it is known that it will not. */
  Outcome awaitReady(NatsServerConfig config, TetheredProcess process) {
    try {
      return poll(config, process);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Outcome.CLOSING;
    }
  }

  private Outcome poll(NatsServerConfig config, TetheredProcess process)
      throws InterruptedException {
    long begin = System.nanoTime();
    long nextLog = begin + READY_LOG_INTERVAL.toNanos();
    while (System.nanoTime() - begin < READY_BOUND.toNanos()) {
      if (greets(config)) {
        return Outcome.READY;
      }
      if (!process.isAlive()) {
        return Outcome.EXITED;
      }
      if (System.nanoTime() > nextLog) {
        log.info("nats-server is still starting: it is recovering its streams");
        nextLog += READY_LOG_INTERVAL.toNanos();
      }
      if (closing.await(READY_POLL.toNanos(), TimeUnit.NANOSECONDS)) {
        return Outcome.CLOSING;
      }
    }
    return Outcome.TIMED_OUT;
  }

  private static boolean greets(NatsServerConfig config) {
    return NatsInfo.of(config.port())
        .map(info -> info.contains('"' + config.serverName() + '"'))
        .orElse(false);
  }

  /** Whether nats-server ended because another process has its port. */
  boolean portWasTaken(NatsServerConfig config) {
    return lastLines(config).stream().anyMatch(line -> line.contains("address already in use"));
  }

  /** The last lines of its log and of its output. */
  List<String> lastLines(NatsServerConfig config) {
    return Stream.concat(
            LogTail.of(config.logFile()).stream(), LogTail.of(config.outputFile()).stream())
        .toList();
  }
}
