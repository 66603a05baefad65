package dev.aether.bench.process;

import dev.aether.server.embedded.TetheredProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The server of another system. Stopped by its process id; ends with this JVM. Not thread-safe. */
final class PeerProcess implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration END_WITHIN = Duration.ofSeconds(20);
  private static final int CONNECT_MILLIS = 1000;

  private final TetheredProcess process;

  private PeerProcess(TetheredProcess process) {
    this.process = process;
  }

  /**
   * Starts a server and waits until it accepts connections.
   *
   * @param log the file for its output
   * @param port where it listens on 127.0.0.1
   */
  static PeerProcess start(List<String> command, Path log, int port) throws IOException {
    TetheredProcess process = TetheredProcess.start(command, log, END_WITHIN);
    Waiting.until(
        command.get(0) + " to accept connections; its log is " + log,
        READY_WITHIN,
        () -> {
          if (!process.isAlive()) {
            throw new IllegalStateException(command.get(0) + " has exited; its log is " + log);
          }
          return accepts(port);
        });
    return new PeerProcess(process);
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.end();
  }
}
