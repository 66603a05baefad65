package dev.aether.server.embedded;

import dev.aether.server.concurrent.Backoff;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The private nats-server behind {@code aether serve --data DIR}: one process on one data folder,
 * started again when it dies, on the same port and with the same password, so that connected
 * clients come back by themselves. It ends with this JVM, however that ends.
 *
 * <p>Safe for use from several threads.
 */
public final class NatsServerProcess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NatsServerProcess.class);

  /** From SIGTERM to SIGKILL. */
  static final Duration STOP_GRACE = Duration.ofSeconds(10);

  /**
   * It greets only when all streams are recovered, which takes long after a hard stop of a very
   * large store.
   */
  private static final Duration READY_BOUND = Duration.ofMinutes(5);

  private static final Duration READY_LOG_INTERVAL = Duration.ofSeconds(10);
  private static final Duration READY_POLL = Duration.ofMillis(10);

  private static final Duration RESTART_PAUSE_MIN = Duration.ofMillis(100);
  private static final Duration RESTART_PAUSE_MAX = Duration.ofSeconds(5);

  /** Who ran this long was well; the next restart begins with the shortest pause again. */
  private static final Duration STEADY = Duration.ofMinutes(1);

  private static final Duration WATCH_END_BOUND = STOP_GRACE.plusSeconds(15);

  /** How often another port is tried at the first start, when somebody took the picked one. */
  private static final int PORT_ATTEMPTS = 3;

  private static final long OUTPUT_FILE_MAX_BYTES = 4L << 20;

  private enum Start {
    READY,
    EXITED,
    TIMED_OUT,
    CLOSING
  }

  private final NatsServerBinary binary;
  private final DataFolder folder;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicInteger restarts = new AtomicInteger();
  private final Thread watch = new Thread(this::watch, "aether-nats-watch");

  /** Written by {@link #start} before the watch thread starts, never after. */
  private NatsServerConfig config;

  /** Written by {@link #start}, then by the watch thread only. */
  private volatile TetheredProcess process;

  private volatile boolean ready;

  private final DiskRoom disk;
  private boolean diskWasFull;

  private NatsServerProcess(NatsServerBinary binary, DataFolder folder) throws IOException {
    this.binary = binary;
    this.folder = folder;
    Path natsFolder = folder.path().resolve("nats");
    if (!Files.isDirectory(natsFolder)) {
      Files.createDirectories(natsFolder);
    }
    this.config = NatsServerConfig.create(natsFolder);
    this.disk = new DiskRoom(natsFolder.toFile());
    OrphanedServer.end(config.file(), STOP_GRACE);
    this.process = launch();
  }

  /**
   * Locks the data folder, starts nats-server on it and returns when it takes connections: about a
   * tenth of a second on an empty folder; with large stores as long as their recovery takes, 5
   * minutes at most. Blocks.
   *
   * @param dataFolder made if missing; nats-server's files go to {@code nats} in it
   * @throws EmbeddedNatsException when the folder is in use or not writable, or nats-server does
   *     not start
   */
  public static NatsServerProcess start(NatsServerBinary binary, Path dataFolder) {
    DataFolder folder = DataFolder.open(dataFolder);
    try {
      log.info("using nats-server {} from {}", binary.version(), binary.path());
      NatsServerProcess server = new NatsServerProcess(binary, folder);
      server.firstStart();
      return server;
    } catch (IOException e) {
      folder.close();
      throw new EmbeddedNatsException("nats-server cannot be started: " + FileTrouble.of(e), e);
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private void firstStart() throws IOException {
    long begin = System.nanoTime();
    Start outcome = awaitReady();
    for (int i = 1; outcome == Start.EXITED && portWasTaken() && i < PORT_ATTEMPTS; i++) {
      config = NatsServerConfig.create(config.folder());
      process = launch();
      outcome = awaitReady();
    }
    if (outcome != Start.READY) {
      process.end();
      String what = outcome == Start.EXITED ? "ended while starting" : "was not ready in time";
      throw new EmbeddedNatsException(
          String.format(
              Locale.ROOT,
              "nats-server %s; its last lines:\n  %s\nMore in %s",
              what,
              String.join("\n  ", lastLines()),
              config.logFile()));
    }
    log.info(
        "nats-server is ready after {} ms, listening on 127.0.0.1:{}, process {}, data in {}",
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
        config.port(),
        process.pid(),
        config.folder());
    watch.setDaemon(true);
    watch.start();
  }

  private TetheredProcess launch() throws IOException {
    config.write();
    capOutputFile();
    return TetheredProcess.start(config.command(binary), config.outputFile(), STOP_GRACE);
  }

  /** What nats-server prints is little, except for panics; two files of them are kept. */
  private void capOutputFile() throws IOException {
    Path output = config.outputFile();
    if (Files.exists(output) && Files.size(output) > OUTPUT_FILE_MAX_BYTES) {
      Files.move(
          output,
          output.resolveSibling(output.getFileName() + ".1"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private Start awaitReady() {
    long begin = System.nanoTime();
    long nextLog = begin + READY_LOG_INTERVAL.toNanos();
    while (System.nanoTime() - begin < READY_BOUND.toNanos()) {
      if (greets()) {
        ready = true;
        return Start.READY;
      }
      if (!process.isAlive()) {
        return Start.EXITED;
      }
      if (System.nanoTime() > nextLog) {
        log.info("nats-server is still starting; it recovers its streams first");
        nextLog += READY_LOG_INTERVAL.toNanos();
      }
      if (closingWithin(READY_POLL)) {
        return Start.CLOSING;
      }
    }
    return Start.TIMED_OUT;
  }

  private boolean greets() {
    return NatsInfo.of(config.port())
        .map(info -> info.contains('"' + config.serverName() + '"'))
        .orElse(false);
  }

  private boolean portWasTaken() {
    return lastLines().stream().anyMatch(line -> line.contains("address already in use"));
  }

  private List<String> lastLines() {
    return Stream.concat(
            LogTail.of(config.logFile()).stream(), LogTail.of(config.outputFile()).stream())
        .toList();
  }

  private void watch() {
    try {
      Backoff backoff = Backoff.from(RESTART_PAUSE_MIN, RESTART_PAUSE_MAX);
      while (true) {
        long begin = System.nanoTime();
        int code = process.awaitExit();
        ready = false;
        if (closing.getCount() == 0) {
          return;
        }
        boolean wasSteady = System.nanoTime() - begin > STEADY.toNanos();
        if (wasSteady) {
          backoff.reset();
        }
        Duration pause = backoff.next();
        log.error(
            "nats-server {} ended with exit code {} and is started again in {} ms; its last"
                + " lines:\n"
                + "  {}",
            process.pid(),
            code,
            pause.toMillis(),
            String.join("\n  ", lastLines()));
        if (closingWithin(pause)) {
          return;
        }
        startAgain();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ready = false;
      process.end();
    }
  }

  /** Leaves an ended process when it fails, which the watch loop then takes as another death. */
  private void startAgain() {
    restarts.incrementAndGet();
    try {
      process = launch();
    } catch (IOException e) {
      log.error("nats-server cannot be started again: {}", e.toString());
      return;
    }
    switch (awaitReady()) {
      case READY -> log.info("nats-server is ready again, process {}", process.pid());
      case TIMED_OUT -> {
        log.error("nats-server was not ready within {} s", READY_BOUND.toSeconds());
        process.end();
      }
      case EXITED, CLOSING -> {}
    }
  }

  private boolean closingWithin(Duration time) {
    try {
      return closing.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /**
   * For clients on this machine, with user and password: not for logs. The same for the life of
   * this object.
   */
  public String url() {
    return config.url();
  }

  /** The port on 127.0.0.1. The same for the life of this object. */
  public int port() {
    return config.port();
  }

  /** The process id of the running nats-server, or of the last one. */
  public long pid() {
    return process.pid();
  }

  /** The executable in use and its version. */
  public NatsServerBinary binary() {
    return binary;
  }

  /**
   * Whether it took connections when last looked at: false from its death until it is ready again.
   */
  public boolean isReady() {
    return ready;
  }

  /** How often it was started again. */
  public int restarts() {
    return restarts.get();
  }

  /**
   * Why its disk has no room; empty if it has. When there is room again, nats-server is started
   * anew, since its streams may be stuck and what it may store is worked out at its start. For one
   * thread; does not block.
   */
  public Optional<String> diskTrouble() {
    Optional<String> full = disk.whyFull();
    if (diskWasFull && full.isEmpty() && closing.getCount() > 0) {
      Thread restart =
          new Thread(
              () -> restart("the disk was full and has room again"), "aether-nats-after-full-disk");
      restart.setDaemon(true);
      restart.start();
    }
    diskWasFull = full.isPresent();
    return full;
  }

  /**
   * Ends nats-server so that the watch starts it again, for when it runs but does not store: after
   * a full disk a stream takes no message, also when there is room again, until a restart (2.15.1).
   * Returns when the old process is gone; blocks for some 15 s at most.
   *
   * @param reason for the log
   */
  public void restart(String reason) {
    log.warn("restarting nats-server {}: {}", process.pid(), reason);
    ready = false;
    process.end();
  }

  /**
   * Ends nats-server, by force after 10 s, and gives the data folder free. Blocks until then. May
   * be called again.
   */
  @Override
  public void close() {
    closing.countDown();
    process.end();
    try {
      watch.join(WATCH_END_BOUND.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    folder.close();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "NatsServerProcess[127.0.0.1:%d, process %d]", config.port(), process.pid());
  }
}
