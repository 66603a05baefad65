package dev.aether.server.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Picks a free port of 127.0.0.1 that other processes are unlikely to take while its listener
 * restarts.
 *
 * <p>Ports from {@code bind(0)} are in the range from which outgoing connections get theirs. While
 * the listener is down, any connection on the machine may take the port; a client that reconnects
 * to it can even connect to itself. Therefore the ports that are tried are random ones below the
 * ephemeral ranges of Linux (32768) and macOS (49152).
 */
public final class LoopbackPort {
  private static final int FIRST = 20_000;
  private static final int END = 32_000;
  private static final int ATTEMPTS = 100;

  private LoopbackPort() {}

  /**
   * Returns a port on which nothing listens. Another process may still take it before the caller
   * does.
   *
   * @throws EmbeddedNatsException if 100 random ports were all in use
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
            Locale.ROOT, "found no free port on 127.0.0.1 between %d and %d", FIRST, END));
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
