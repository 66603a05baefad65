package dev.aether.server.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Picks a free port of 127.0.0.1 that stays ours across restarts of its listener.
 *
 * <p>Ports from {@code bind(0)} lie in the range that outgoing connections take theirs from. While
 * the listener is down, any connection of the machine may take the port; a client that reconnects
 * to it can even connect to itself. So ports below the ephemeral ranges of Linux (32768) and macOS
 * (49152) are drawn and tried.
 */
public final class LoopbackPort {
  private static final int FIRST = 20_000;
  private static final int END = 32_000;
  private static final int ATTEMPTS = 100;

  private LoopbackPort() {}

  /**
   * A port on which nothing listens now; another process may still take it before the caller does.
   *
   * @throws EmbeddedNatsException when 100 random ports were all taken
   */
  public static int pickFree() {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (isFree(port)) {
        return port;
      }
    }
    throw new EmbeddedNatsException(
        String.format(
            Locale.ROOT, "no free port of 127.0.0.1 found between %d and %d", FIRST, END));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
