package dev.aether.server.embedded;

import dev.aether.server.concurrent.Backoff;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The private nats-server of {@code aether serve --data DIR}: one process on one data folder. If it
 * dies, it is restarted on the same port and with the same password, so that connected clients
 * reconnect by themselves. It ends with this JVM, even if that is killed.
 *
 * <p>Thread-safe.
 */
public final class NatsServerProcess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NatsServerProcess.class);

  /** From SIGTERM to SIGKILL. */
  static final Duration STOP_GRACE = Duration.ofSeconds(10);

  private static final Duration RESTART_PAUSE_MIN = Duration.ofMillis(100);
  private static final Duration RESTART_PAUSE_MAX = Duration.ofSeconds(5);

  /** After a run of this length, the next restart begins with the shortest pause again. */
  private static final Duration STEADY = Duration.ofMinutes(1);

  private static final Duration WATCH_END_BOUND = STOP_GRACE.plusSeconds(15);

  /**
   * How many ports are tried at the first start, in case another process takes the one that was
   * picked.
   */
  private static final int PORT_ATTEMPTS = 3;

  private final NatsServerBinary binary;
  private final NatsServerLauncher launcher;
  private final DataFolder folder;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final AtomicInteger restarts = new AtomicInteger();
  private final Thread watch = new Thread(this::watch, "aether-nats-watch");

  /** Written by {@link #start} before the watch thread starts, never after. */
  private NatsServerConfig config;

  /** Written by {@link #start}, then by the watch thread only. */
  private volatile TetheredProcess process;

  private volatile boolean ready;

  private final DiskSpace space;
  private final DiskRoom disk;
  private final BatchStaging staging;
  private boolean diskWasFull;

  private NatsServerProcess(NatsServerBinary binary, DataFolder folder) throws IOException {
    this.binary = binary;
    this.folder = folder;
    this.launcher = new NatsServerLauncher(binary, STOP_GRACE, closing);
    Path natsFolder = folder.path().resolve("nats");
    if (!Files.isDirectory(natsFolder)) {
      Files.createDirectories(natsFolder);
    }
    this.config = NatsServerConfig.create(natsFolder);
    OrphanedServer.end(config.file(), STOP_GRACE);
    this.staging = BatchStaging.create(natsFolder, BatchStaging.SHARED_MEMORY);
    this.process = launcher.launch(config);
    this.space = new DiskSpace(natsFolder.toFile());
    this.disk = new DiskRoom(natsFolder.toFile(), space);
  }

  /**
   * Locks the data folder, starts nats-server on it and blocks until it accepts connections. This
   * takes about a tenth of a second with an empty folder. With a large store it takes as long as
   * its recovery, at most 5 minutes.
   *
   * @param dataFolder is created if missing; nats-server's files are in its subfolder {@code nats}
   * @throws EmbeddedNatsException if the folder is in use or not writable, or nats-server does not
   *     start
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

  /**
   * The URL, with its password, of the nats-server that a running node has on a data folder; empty
   * if no node uses the folder.
   *
   * @throws EmbeddedNatsException if the node's configuration cannot be read by this user
   */
  public static Optional<String> runningUrl(Path dataFolder) {
    if (!DataFolder.isInUse(dataFolder)) {
      return Optional.empty();
    }
    try {
      return NatsServerConfig.lastUrl(dataFolder.resolve("nats"));
    } catch (IOException e) {
      throw new EmbeddedNatsException(
          "the node on " + dataFolder + " cannot be reached: " + FileTrouble.of(e), e);
    }
  }

  private void firstStart() throws IOException {
    long begin = System.nanoTime();
    NatsServerLauncher.Outcome outcome = awaitReady();
    for (int i = 1;
        outcome == NatsServerLauncher.Outcome.EXITED
            && launcher.portWasTaken(config)
            && i < PORT_ATTEMPTS;
        i++) {
      config = NatsServerConfig.create(config.folder());
      process = launcher.launch(config);
      outcome = awaitReady();
    }
    if (outcome != NatsServerLauncher.Outcome.READY) {
      process.end();
      space.close();
      staging.close();
      String what =
          outcome == NatsServerLauncher.Outcome.EXITED
              ? "exited while starting"
              : "was not ready in time";
      throw new EmbeddedNatsException(
          String.format(
              Locale.ROOT,
              "nats-server %s. Its last log lines:\n  %s\nSee also %s",
              what,
              String.join("\n  ", launcher.lastLines(config)),
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

  private NatsServerLauncher.Outcome awaitReady() {
    NatsServerLauncher.Outcome outcome = launcher.awaitReady(config, process);
    ready = outcome == NatsServerLauncher.Outcome.READY;
    return outcome;
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
            "nats-server {} exited with code {} and will be restarted in {} ms. Its last log lines:\n"
                + "  {}",
            process.pid(),
            code,
            pause.toMillis(),
            String.join("\n  ", launcher.lastLines(config)));
        if (closingWithin(pause)) {
          return;
        }
        startAgain();
        if (closing.getCount() == 0) {
          return; // Whoever closes has ended the old process only.
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ready = false;
      process.end();
    }
  }

  /**
   * Starts nats-server again. If that fails, the watch loop sees an exited process and tries again.
   */
  private void startAgain() {
    restarts.incrementAndGet();
    try {
      process = launcher.launch(config);
    } catch (IOException e) {
      log.error("nats-server cannot be restarted: {}", e.toString());
      return;
    }
    switch (awaitReady()) {
      case READY -> log.info("nats-server is ready again, process {}", process.pid());
      case TIMED_OUT -> {
        log.error(
            "nats-server was not ready within {} s", NatsServerLauncher.READY_BOUND.toSeconds());
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
   * The URL for clients on this machine, with user and password. Must not be logged. It never
   * changes.
   */
  public String url() {
    return config.url();
  }

  /** The port on 127.0.0.1. It never changes. */
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

  /** Whether it accepts connections: false from its exit until it is ready again. */
  public boolean isReady() {
    return ready;
  }

  /** How often it was restarted. */
  public int restarts() {
    return restarts.get();
  }

  /**
   * Why its disk is full; empty if it is not. When the disk is no longer full, nats-server is
   * restarted, since its streams may be stuck and its storage limit is computed at its start. Not
   * thread-safe; does not block.
   */
  public Optional<String> diskTrouble() {
    Optional<String> full = disk.whyFull();
    if (diskWasFull && full.isEmpty() && closing.getCount() > 0) {
      Thread restart =
          new Thread(() -> restart("its disk is no longer full"), "aether-nats-after-full-disk");
      restart.setDaemon(true);
      restart.start();
    }
    diskWasFull = full.isPresent();
    return full;
  }

  /** The space of its disk. */
  public DiskSpace space() {
    return space;
  }

  /** Whether batches are staged in memory, after {@link #prepareBatch}. */
  public boolean stagesBatchesInMemory() {
    return staging.isInMemory();
  }

  /**
   * Call this before an atomic batch is published to a stream: it lets nats-server stage the batch
   * in memory. Reads two file attributes.
   */
  public void prepareBatch(String stream) {
    staging.prepare(stream);
  }

  /**
   * Stops nats-server, and the watch thread starts it again. Needed when it runs but does not
   * store: after its disk was full, a stream accepts no messages until a restart, even when there
   * is space again (2.15.1). Blocks until the old process is gone, for at most about 15 s.
   *
   * @param reason the reason for the log
   */
  public void restart(String reason) {
    log.warn("restarting nats-server {}: {}", process.pid(), reason);
    ready = false;
    process.end();
  }

  /**
   * Stops nats-server, by force after 10 s, and releases the data folder. Blocks until then, also
   * if the thread is interrupted. May be called again.
   */
  @Override
  public void close() {
    closing.countDown();
    process.end();
    space.close();
    if (!TetheredProcess.uninterruptedWithin(WATCH_END_BOUND, () -> !watch.isAlive())) {
      // A nats-server may be running or still start. The folder stays locked until this JVM ends.
      log.error("nats-server {} cannot be stopped", process.pid());
      return;
    }
    staging.close();
    folder.close();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "NatsServerProcess[127.0.0.1:%d, process %d]", config.port(), process.pid());
  }
}
