package dev.aether.server.cli;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.embedded.EmbeddedNatsException;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.StoreException;
import dev.aether.server.security.SecurityFileException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;

/** Starts nodes and formats their addresses. */
final class Nodes {
  private Nodes() {}

  /**
   * Starts a node.
   *
   * @throws CommandFailedException if it cannot start, with the reason in one line
   */
  static AetherServer start(ServerConfig config) {
    try {
      return AetherServer.start(config);
    } catch (EmbeddedNatsException | StoreException | SecurityFileException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    } catch (UncheckedIOException e) {
      throw new CommandFailedException(e.getMessage() + ": " + reason(e), e);
    }
  }

  /** The operating system's message, without the call and the error number that Netty adds. */
  private static String reason(Throwable failure) {
    String message = String.valueOf(Exceptions.root(failure).getMessage());
    return message.substring(message.lastIndexOf(": ") + 1).strip();
  }

  static String text(InetSocketAddress address) {
    return new HostPort(address.getAddress().getHostAddress(), address.getPort()).toString();
  }
}
