package dev.aether.server.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * The INFO line with which a nats-server greets every connection, once it has recovered its
 * streams.
 */
public final class NatsInfo {
  private static final Duration BOUND = Duration.ofSeconds(2);
  private static final int MAX_BYTES = 32 * 1024;
  private static final String PREFIX = "INFO ";

  private NatsInfo() {}

  /**
   * Its JSON; empty when nothing listens there, or it does not greet as nats-server does. Blocks
   * for 4 s at most.
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
