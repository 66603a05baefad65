package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class BenchCommandTest {
  private final AetherServer server = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));

  @AfterEach
  void endServer() {
    server.close();
  }

  @Test
  void eachNumberOfClientsIsMeasuredAndNothingIsLeft() {
    CommandRun run = run("bench", "--clients", "1,8", "--seconds", "1");
    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    assertEquals(2, run.lines().size(), run.out());
    assertTrue(run.lines().get(0).startsWith("1 client: "), run.out());
    assertTrue(run.lines().get(1).startsWith("8 clients: "), run.out());
    assertTrue(run.lines().get(1).endsWith("; 1 replica, in memory"), run.out());
    assertEquals("", run("namespaces", "list").out());
  }

  @Test
  void asJsonItHasCountsAndPercentiles() {
    for (String way : List.of("--stream=false", "--stream=true")) {
      CommandRun run =
          run("bench", "--clients", "8", "--seconds", "1", "--events", "3", "--json", way);
      assertEquals(ExitCode.DONE, run.exitCode(), run.err());
      JsonObject result = JsonParser.parseString(run.out()).getAsJsonObject();
      assertEquals(8, result.get("clients").getAsInt());
      assertEquals(way.equals("--stream=true"), result.get("stream").getAsBoolean());
      assertEquals(0, result.get("failed").getAsLong());
      assertTrue(result.get("saves").getAsLong() > 8, run.out());
      assertTrue(
          result.get("p50Micros").getAsLong() <= result.get("p99Micros").getAsLong()
              && result.get("p99Micros").getAsLong() <= result.get("maxMicros").getAsLong(),
          run.out());
    }
  }

  @Test
  void whatIsOutOfRangeIsRefusedBeforeAnythingIsMade() {
    for (String[] option :
        List.of(
            new String[] {"--clients", "0"},
            new String[] {"--clients", "1,4097"},
            new String[] {"--seconds", "0"},
            new String[] {"--events", "1001"},
            new String[] {"--bytes", "1"})) {
      CommandRun run = run("bench", option[0], option[1]);
      assertEquals(ExitCode.USAGE, run.exitCode(), run.err());
      assertTrue(run.err().contains(option[0] + " is out of range"), run.err());
    }
    assertEquals("", run("namespaces", "list").out());
  }

  @Test
  void withoutAServerItEndsSoonAndSaysWhy() {
    CommandRun run = CommandRun.of("bench", "--seconds", "1", "--server", "127.0.0.1:1");
    assertEquals(ExitCode.UNREACHABLE, run.exitCode(), run.err());
    assertFalse(run.err().contains("Exception"), run.err());
  }

  private CommandRun run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--server", Nodes.text(server.grpcAddress())));
    return CommandRun.of(all.toArray(String[]::new));
  }
}
