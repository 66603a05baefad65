package dev.aether.examples.retries;

import dev.aether.client.AetherClient;
import dev.aether.examples.common.Servers;
import java.io.IOException;

/** The command line, without options. */
public final class Main {
  private Main() {}

  /** Runs the example. */
  public static void main(String[] args) throws IOException {
    try (Servers servers = Servers.find(1);
        AetherClient client = servers.client(Servers.newNamespace("retries")).build()) {
      var unused = new Retries(client, System.out).run();
    }
  }
}
