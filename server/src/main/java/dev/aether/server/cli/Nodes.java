package dev.aether.server.cli;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.embedded.EmbeddedNatsException;
import dev.aether.server.event.StoreException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Starts nodes and speaks of them as people read it. */
final class Nodes {
  private Nodes() {}

  /**
   * A node that serves.
   *
   * @throws CommandFailedException with one line that says why not
   */
  static AetherServer start(ServerConfig config) {
    try {
      return AetherServer.start(config);
    } catch (EmbeddedNatsException | StoreException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    } catch (UncheckedIOException e) {
      String why = Optional.ofNullable(e.getCause()).map(Throwable::getMessage).orElse("?");
      throw new CommandFailedException(e.getMessage() + ": " + why, e);
    }
  }

  static String text(InetSocketAddress address) {
    return new HostPort(address.getAddress().getHostAddress(), address.getPort()).toString();
  }
}
