package dev.aether.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * A real proxy in front of a server, configured as docs/proxies shows, except for its two
 * addresses.
 */
final class Proxy implements AutoCloseable {
  private static final Path CONFIGURATIONS = Path.of("..", "docs", "proxies");
  private static final long STARTS_WITHIN_SECONDS = 20;

  /** The proxies. dev/proxies finds their executables. */
  enum Kind {
    NGINX("nginx.conf"),
    HAPROXY("haproxy.cfg"),
    ENVOY("envoy.yaml");

    private final String file;

    Kind(String file) {
      this.file = file;
    }

    private List<String> command(Path folder, Path configuration) {
      String executable = System.getenv().getOrDefault(name(), name().toLowerCase(Locale.ROOT));
      return switch (this) {
        case NGINX ->
            List.of(
                executable,
                "-p",
                folder.toString(),
                "-e",
                "stderr",
                "-c",
                configuration.toString(),
                "-g",
                "daemon off; pid " + folder.resolve("pid") + ";");
        case HAPROXY -> List.of(executable, "-W", "-f", configuration.toString());
        case ENVOY ->
            List.of(
                executable,
                "-c",
                configuration.toString(),
                "--log-level",
                "warning",
                "--concurrency",
                "1",
                "--disable-hot-restart");
      };
    }
  }

  private final Kind kind;
  private final Path folder;
  private final Path configuration;
  private final int port = freePort();
  private Process process;

  /** Starts a proxy and waits until it listens. */
  Proxy(Kind kind, String endpoint) {
    this.kind = kind;
    try {
      folder = Files.createTempDirectory("aether-proxy");
      configuration = folder.resolve(kind.file);
      Files.writeString(configuration, configured(kind, endpoint));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    process = start();
  }

  private String configured(Kind kind, String endpoint) throws IOException {
    String node = endpoint.substring(endpoint.indexOf(':') + 1);
    String text = Files.readString(CONFIGURATIONS.resolve(kind.file));
    return text.replace("0.0.0.0", "127.0.0.1")
        .replace("listen 8450", "listen 127.0.0.1:8450")
        .replace("bind :8450", "bind 127.0.0.1:8450")
        .replace("8450", Integer.toString(port))
        .replace("7450", node)
        // Old workers stop soon, so that a test of a reload sees it.
        .replace("worker_shutdown_timeout 10s", "worker_shutdown_timeout 1s")
        .replace("hard-stop-after 10s", "hard-stop-after 1s");
  }

  private Process start() {
    try {
      Process started =
          new ProcessBuilder(kind.command(folder, configuration))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
              .start();
      awaitListening(started);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException("no " + kind + ": dev/proxies brings it", e);
    }
  }

  private Path log() {
    return folder.resolve("log");
  }

  private void awaitListening(Process started) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STARTS_WITHIN_SECONDS);
    while (!listens()) {
      if (!started.isAlive() || System.nanoTime() > end) {
        throw new AssertionError(kind + " does not listen: " + Files.readString(log()));
      }
      try {
        TimeUnit.MILLISECONDS.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  String endpoint() {
    return "127.0.0.1:" + port;
  }

  /**
   * Reloads its configuration as operators do. Envoy would need a helper program for that, so it is
   * restarted.
   */
  void reload() {
    try {
      switch (kind) {
        case NGINX -> signal("HUP");
        case HAPROXY -> signal("USR2");
        case ENVOY -> {
          end();
          process = start();
        }
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void signal(String name) throws IOException, InterruptedException {
    int code =
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    if (code != 0) {
      throw new AssertionError("kill ended with " + code);
    }
  }

  private void end() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(5, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      int unused = process.destroyForcibly().waitFor();
    }
  }

  @Override
  public void close() {
    try {
      end();
      try (var files = Files.walk(folder)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
