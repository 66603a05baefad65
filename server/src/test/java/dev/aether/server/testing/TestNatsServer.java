package dev.aether.server.testing;

import dev.aether.server.embedded.LoopbackPort;
import dev.aether.server.embedded.NatsInfo;
import dev.aether.server.embedded.TetheredProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A real nats-server with JetStream for a test, without authentication, on a random port of
 * 127.0.0.1 and a store of its own in the temporary folder. It ends with the test's JVM, also with
 * a killed one. For one thread.
 */
public final class TestNatsServer implements AutoCloseable {
  private static final Duration READY_BOUND = Duration.ofSeconds(60);
  private static final Duration STOP_GRACE = Duration.ofSeconds(10);

  /** How often other ports are tried when another process took the picked one. */
  private static final int PORT_ATTEMPTS = 3;

  private final String name;
  private final int port;

  /** What nats-server makes in its store_dir. */
  private static final String STORE = "jetstream";

  private static final String ACCOUNT =
      """
      accounts { AETHER {
        jetstream { max_file: %d, max_mem: 0 }
        users: [ { user: "a", password: "a" } ]
      } }
      no_auth_user: "a"
      """;

  /** $0: the disk's size in bytes, $1: where to mount it; then the command. */
  private static final String ON_OWN_DISK =
      "mkdir -p \"$1\" && mount -t tmpfs -o size=\"$0\" tmpfs \"$1\" && shift && exec \"$@\"";

  private final Path folder;
  private String more;
  private final TestNatsOptions options;

  /** Where it takes connections: its port, or another one where its clients don't find it. */
  private int clientPort;

  private Optional<TetheredProcess> process = Optional.empty();

  private TestNatsServer(String name, int port, Path folder, String more, TestNatsOptions options) {
    this.name = name;
    this.port = port;
    this.folder = folder;
    this.more = more;
    this.options = options;
    listenOn(port);
  }

  private void listenOn(int takingConnections) {
    clientPort = takingConnections;
    try {
      Files.writeString(config(), text());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From the next start on it takes connections on another port, where its clients don't look. */
  public void hide() {
    listenOn(LoopbackPort.pickFree());
  }

  /** From the next start on it takes connections on its own port again. */
  public void show() {
    listenOn(port);
  }

  /** Returns when it takes connections. */
  public static TestNatsServer start() {
    return start(TestNatsOptions.defaults());
  }

  /** Returns when it takes connections. */
  public static TestNatsServer start(TestNatsOptions options) {
    return start(options, "");
  }

  /** With more lines in its configuration. Returns when it takes connections. */
  public static TestNatsServer start(TestNatsOptions options, String more) {
    for (int attempt = 1; ; attempt++) {
      TestNatsServer server = prepare("single", LoopbackPort.pickFree(), more, options);
      try {
        server.restart();
        return server;
      } catch (AssertionError e) {
        boolean again = attempt < PORT_ATTEMPTS && server.log().contains("address already in use");
        server.close();
        if (!again) {
          throw e;
        }
      }
    }
  }

  /** Makes the folder and the config, starts nothing. */
  static TestNatsServer prepare(String name, int port, String more, TestNatsOptions options) {
    try {
      Path folder = Files.createTempDirectory("aether-test-nats-");
      return new TestNatsServer(name, port, folder, more, options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String text() {
    return """
        server_name: "%s"
        listen: "127.0.0.1:%d"
        max_payload: %d
        jetstream { store_dir: "%s", sync_interval: %s%s }
        %s
        %s
        """
        .formatted(
            serverName(),
            clientPort,
            options.maxPayloadBytes(),
            options.room() instanceof TestNatsOptions.Room.OfDisk ? disk() : folder,
            options.syncAlways() ? "always" : "2m",
            options.room() instanceof TestNatsOptions.Room.OfServer room
                ? ", max_file_store: " + room.bytes()
                : "",
            options.room() instanceof TestNatsOptions.Room.OfAccount room
                ? String.format(Locale.ROOT, ACCOUNT, room.bytes())
                : "",
            more);
  }

  /** Where its own disk is mounted, which only the server sees there. */
  private Path disk() {
    return folder.resolve("disk");
  }

  /** A file on the server's own disk, by a path that this process sees. */
  public Path onDisk(String file) {
    return Path.of("/proc/" + pid() + "/root" + disk()).resolve(file);
  }

  private String serverName() {
    return name + "-" + port;
  }

  private Path config() {
    return folder.resolve("server.conf");
  }

  private Path logFile() {
    return folder.resolve("nats-server.log");
  }

  /** Where JetStream keeps what it has on disk. */
  public Path store() {
    return folder.resolve(STORE);
  }

  /** Copies what JetStream has on disk, while the server does not run. */
  public void copyStore(Path to) {
    copy(folder.resolve(STORE), to);
  }

  /** Puts a copy back in the place of what there is now, while the server does not run. */
  public void putStoreBack(Path copy) {
    delete(folder.resolve(STORE));
    copy(copy, folder.resolve(STORE));
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The folders of the streams that it has on disk, in its default account. */
  public List<String> storedStreams() {
    Path streams = folder.resolve(STORE).resolve("$G").resolve("streams");
    if (!Files.isDirectory(streams)) {
      return List.of();
    }
    try (Stream<Path> found = Files.list(streams)) {
      return found.map(stream -> String.valueOf(stream.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For clients; stays the same over restarts, unless it is hidden. */
  public String url() {
    return "nats://127.0.0.1:" + clientPort;
  }

  public int port() {
    return clientPort;
  }

  /** Of the running process, or of the last one. */
  public long pid() {
    return process.orElseThrow(() -> new IllegalStateException(name + " never ran")).pid();
  }

  public boolean isRunning() {
    return process.map(TetheredProcess::isAlive).orElse(false);
  }

  /** All that it has printed, over restarts. */
  public String log() {
    try {
      return Files.exists(logFile()) ? Files.readString(logFile()) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines of its log about what its users tried and may not do. */
  public List<String> violations() {
    return log().lines().filter(line -> line.contains(" Violation - Subject ")).toList();
  }

  /** Sends its process a signal, as {@code STOP}, under which it hears and says nothing. */
  public void signal(String name) {
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + name, Long.toString(pid())).inheritIO().start();
      if (kill.waitFor() != 0) {
        throw new IllegalStateException("no SIG" + name + " to " + this.name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Lets it go on with other lines in its configuration; returns when it does. */
  public void reload(String other) {
    more = other;
    listenOn(clientPort);
    String done = "Reloaded server configuration";
    int before = count(log(), done);
    signal("HUP");
    Await.until("a reload", READY_BOUND, () -> count(log(), done) > before);
  }

  private static int count(String text, String part) {
    return text.split(part, -1).length;
  }

  /** Ends it by SIGKILL, as a crash would; what it stored stays. Returns when it is gone. */
  public void kill() {
    process.ifPresent(TetheredProcess::kill);
  }

  /** Ends it in order by SIGTERM; what it stored stays. Returns when it is gone. */
  public void stop() {
    process.ifPresent(TetheredProcess::end);
  }

  /**
   * Starts it on the same port and store, after ending it in order if it still runs. Returns when
   * it takes connections.
   */
  public void restart() {
    launch();
    awaitReady();
  }

  void launch() {
    stop();
    List<String> command = new ArrayList<>();
    if (options.room() instanceof TestNatsOptions.Room.OfDisk room) {
      command.addAll(List.of("/usr/bin/unshare", "-Urm", "/bin/sh", "-c", ON_OWN_DISK));
      command.addAll(List.of(Long.toString(room.bytes()), disk().toString()));
    }
    if (options.room() instanceof TestNatsOptions.Room.OfFileHandles room) {
      command.addAll(List.of("/bin/sh", "-c", "ulimit -n \"$0\" && exec \"$@\""));
      command.add(Integer.toString(room.handles()));
    }
    command.add(options.binary().path().toString());
    command.addAll(List.of("-c", config().toString()));
    try {
      process = Optional.of(TetheredProcess.start(command, logFile(), STOP_GRACE));
    } catch (IOException e) {
      throw new AssertionError("nats-server cannot be started", e);
    }
  }

  void awaitReady() {
    Await.until(
        "nats-server " + serverName() + " to take connections",
        READY_BOUND,
        () -> {
          if (!process.map(TetheredProcess::isAlive).orElse(false)) {
            throw new AssertionError("nats-server ended while starting; its log:\n" + log());
          }
          return saysNothingFirst()
              ? log().contains("Server is ready")
              : NatsInfo.of(clientPort).map(info -> info.contains(serverName())).orElse(false);
        });
  }

  private boolean saysNothingFirst() {
    return more.contains("handshake_first: true");
  }

  /** Ends it and deletes its store. */
  @Override
  public void close() {
    stop();
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
