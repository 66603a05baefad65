package dev.aether.examples.orders;

import dev.aether.client.AetherClient;
import dev.aether.client.Subscription;
import dev.aether.examples.common.CheckpointFile;
import dev.aether.examples.common.Servers;
import java.nio.file.Path;
import java.util.List;

/** Runs the process manager in a separate process until it is killed. */
public final class ProcessMain {
  private ProcessMain() {}

  /** Arguments: endpoints joined by commas, namespace, checkpoint file. */
  public static void main(String[] args) throws Exception {
    Servers servers = Servers.of(List.of(args[0].split(",")));
    try (AetherClient client = servers.client(args[1]).build();
        Subscription process = OrderProcess.start(client, new CheckpointFile(Path.of(args[2])))) {
      process.ended().get();
    }
  }
}
