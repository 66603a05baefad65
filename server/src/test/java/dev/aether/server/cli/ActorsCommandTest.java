package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ActorsCommandTest {
  private final AetherServer server = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));

  @AfterEach
  void endServer() {
    server.close();
  }

  @Test
  void printsALineForEachActorHoweverManyPagesThatTakes() {
    StringBuilder file = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      file.append("{\"actorId\":\"order-%04d\",\"eventType\":\"T\",\"data\":1}%n".formatted(i));
    }
    file.append("{\"actorId\":\"é\",\"eventType\":\"T\",\"data\":1}\n".repeat(2));
    CommandRun imported =
        CommandRun.withInput(file.toString(), "import", "-", "--server", address());
    assertEquals(ExitCode.DONE, imported.exitCode(), imported.err());

    assertEquals(5_001, run("actors").size());
    assertEquals(List.of("{\"actorId\":\"é\",\"version\":2}"), run("actors", "é"));
    assertEquals(10, run("actors", "order-001").size());
    assertEquals(3, run("actors", "--max", "3").size());
    assertEquals(List.of(), run("actors", "--namespace", "empty"));
  }

  private List<String> run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--server", address()));
    CommandRun run = CommandRun.of(all.toArray(String[]::new));
    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    return run.lines();
  }

  private String address() {
    return Nodes.text(server.grpcAddress());
  }
}
