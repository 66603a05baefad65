package dev.aether.server.cli;

import dev.aether.client.AetherClient;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.cli.demo.DemoScenario;
import dev.aether.server.cli.load.ImportStopped;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Shows what Aether does, on two nodes that it starts itself. */
@Command(
    name = "demo",
    description = "Start two nodes on one NATS server and show what they do with real events.")
final class DemoCommand implements Callable<Integer> {
  private static final Duration NATS_WAIT = Duration.ofSeconds(30);

  private final Terminal terminal;
  private final String program;

  @Mixin private NatsServerFlag natsServer = new NatsServerFlag();

  /**
   * Creates the command.
   *
   * @param program the name by which the program was started, for the commands that it suggests
   */
  DemoCommand(Terminal terminal, String program) {
    this.terminal = terminal;
    this.program = program;
  }

  @Override
  public Integer call() throws ImportStopped, IOException, InterruptedException, TimeoutException {
    LogLevel.error();
    try (TemporaryFolder folder = TemporaryFolder.make("aether-demo");
        AetherServer nodeA = nodeA(folder.path());
        AetherServer nodeB = nodeB(nodeA);
        AtShutdown unused = AtShutdown.run(() -> end(nodeB, nodeA, folder))) {
      play(Nodes.text(nodeA.grpcAddress()), Nodes.text(nodeB.grpcAddress()));
      return ExitCode.DONE;
    }
  }

  private AetherServer nodeA(Path folder) {
    StoreChoice store = new StoreChoice.Embedded(folder, natsServer.path());
    return Nodes.start(ServerConfig.on(store).withNodeId("node-a"));
  }

  private static AetherServer nodeB(AetherServer nodeA) {
    StoreChoice store = new StoreChoice.Nats(List.of(nodeA.natsUrl().orElseThrow()), NATS_WAIT);
    return Nodes.start(ServerConfig.on(store).withNodeId("node-b"));
  }

  private void play(String nodeA, String nodeB)
      throws ImportStopped, IOException, InterruptedException, TimeoutException {
    Output out = new Output(terminal.out());
    try (AetherClient clientA = AetherClient.connect(nodeA);
        AetherClient clientB = AetherClient.connect(nodeB)) {
      DemoScenario scenario =
          new DemoScenario(
              clientA,
              clientB,
              line -> {
                out.line(line);
                out.flush();
              });
      scenario.introduce(nodeA, nodeB);
      scenario.play();
      scenario.sayWhatNext(program);
    }
  }

  private static void end(AetherServer nodeB, AetherServer nodeA, TemporaryFolder folder) {
    nodeB.close();
    nodeA.close();
    try {
      folder.close();
    } catch (IOException e) {
      // The operating system cleans its temporary folder.
    }
  }
}
