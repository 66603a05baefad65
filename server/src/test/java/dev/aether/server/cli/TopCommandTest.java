package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.VersionConflictException;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TopCommandTest {
  @Test
  void savesAndConflictsOfARunningNodeAreShown() throws InterruptedException {
    AtomicBoolean stopped = new AtomicBoolean();
    try (AetherServer node = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));
        AetherClient client = AetherClient.connect("127.0.0.1:" + node.grpcAddress().getPort())) {
      Thread writer =
          new Thread(
              () -> {
                while (!stopped.get()) {
                  save(client, ExpectedVersion.any());
                  save(client, ExpectedVersion.exactly(1_000_000));
                }
              });
      writer.start();
      try {
        String url = "http://127.0.0.1:" + node.httpAddress().orElseThrow().getPort();
        CommandRun run = CommandRun.of("top", "--http", url, "--every", "500ms", "--count", "2");
        assertEquals(ExitCode.DONE, run.exitCode(), run.err());
        String out = run.out();
        assertTrue(out.contains(url), out);
        assertTrue(out.matches("(?s).*saves +[1-9][0-9.,]*/s stored.*"), out);
        assertTrue(out.matches("(?s).*refused +VERSION_CONFLICT [1-9].*"), out);
        assertTrue(out.matches("(?s).*save time +p50 [0-9.]+ ms, p99 .*"), out);
        assertTrue(out.matches("(?s).*wrong +nothing.*"), out);
      } finally {
        stopped.set(true);
        writer.join();
      }
    }
  }

  private static void save(AetherClient client, ExpectedVersion expected) {
    try {
      var unused =
          client.save(
              SaveCommand.builder("a", expected).event(NewEvent.json("Happened", "{}")).build());
    } catch (VersionConflictException e) {
      // Wanted.
    }
  }

  @Test
  void aNodeThatCannotBeReachedIsNamed() {
    CommandRun run =
        CommandRun.of("top", "--http", "127.0.0.1:1", "--every", "100ms", "--count", "1");
    assertEquals(ExitCode.UNREACHABLE, run.exitCode());
    assertTrue(run.out().contains("http://127.0.0.1:1: "), run.out());
  }

  @Test
  void aTokenIsNotSentInPlainTextToOtherMachines(@TempDir Path folder) throws Exception {
    Path token = Files.writeString(folder.resolve("token"), "aether_x");
    CommandRun run =
        CommandRun.of("top", "--http", "http://node.example", "--token-file", token.toString());
    assertEquals(ExitCode.USAGE, run.exitCode(), run.out());
    assertTrue(run.err().contains("https"), run.err());
  }
}
