package dev.aether.server.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Reads the INFO line that a nats-server sends on every new connection, once it has recovered its
 * streams.
 */
public final class NatsInfo {
  private static final Duration BOUND = Duration.ofSeconds(2);
  private static final int MAX_BYTES = 32 * 1024;
  private static final String PREFIX = "INFO ";

  private NatsInfo() {}

  /**
   * Returns the JSON of the INFO line; empty if nothing listens on the port, or it is not a
   * nats-server. Blocks for at most 4 s.
   */
  public static Optional<String> of(int port) {
    int bound = (int) BOUND.toMillis();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), bound);
      socket.setSoTimeout(bound);
      byte[] bytes = new byte[MAX_BYTES];
      int length = 0;
      while (length < MAX_BYTES) {
        int read = socket.getInputStream().read(bytes, length, MAX_BYTES - length);
        if (read < 0) {
          return Optional.empty();
        }
        length += read;
        String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
        if (text.contains("\n")) {
          return text.startsWith(PREFIX)
              ? Optional.of(text.substring(PREFIX.length()).strip())
              : Optional.empty();
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
