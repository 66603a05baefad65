package dev.aether.examples.broadcast;

import dev.aether.examples.common.Servers;
import java.io.IOException;

/** The command line, without options. {@code AETHER_SERVER} should name two nodes. */
public final class Main {
  private Main() {}

  /** Runs the example. */
  public static void main(String[] args) throws IOException, InterruptedException {
    try (Servers servers = Servers.find(2)) {
      new Broadcast(servers.endpoints(), System.out).run();
    }
  }
}
