package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
class NamespacesCommandTest {
  private final AetherServer server = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));

  @AfterEach
  void endServer() {
    server.close();
  }

  @Test
  void oneThatIsMadeIsPrintedListedAndFound() {
    JsonObject made = json(done("namespaces", "create", "shop.a", "--partitions", "1"));
    done("namespaces", "create", "shop.b");
    done("namespaces", "create", "other");

    assertEquals("shop.a", made.get("namespace").getAsString());
    assertEquals(1, made.getAsJsonObject("config").get("partitions").getAsInt());
    assertTrue(made.has("incarnation") && made.has("createdAt"), made.toString());
    assertEquals(made, json(done("namespaces", "get", "shop.a")));
    assertEquals(2, done("namespaces", "list", "shop.*").lines().size());
    assertEquals(3, done("namespaces", "list").lines().size());
  }

  @Test
  void oneThatIsThereOrNotThereEndsWith1AndOneLine() {
    done("namespaces", "create", "a");

    for (String[] args :
        List.of(
            new String[] {"namespaces", "create", "a"},
            new String[] {"namespaces", "get", "b"},
            new String[] {"namespaces", "delete", "b", "--confirm", "b"})) {
      CommandRun run = run(args);
      assertEquals(ExitCode.FAILED, run.exitCode(), String.join(" ", args) + run.err());
      assertEquals(1, run.err().lines().count(), run.err());
    }
  }

  @Test
  void aDeleteAsksForTheNameAgain() {
    done("save", "--actor", "a", "--type", "T", "--namespace", "n");

    CommandRun other = run("namespaces", "delete", "n", "--confirm", "m");
    assertEquals(ExitCode.USAGE, other.exitCode());
    assertEquals(ExitCode.USAGE, run("namespaces", "delete", "n").exitCode());
    assertEquals(1, done("events", "a", "--namespace", "n").lines().size());

    done("namespaces", "delete", "n", "--confirm", "n");

    assertEquals(0, done("events", "a", "--namespace", "n").lines().size());
  }

  private CommandRun done(String... args) {
    CommandRun run = run(args);
    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    return run;
  }

  private CommandRun run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--server", Nodes.text(server.grpcAddress())));
    return CommandRun.of(all.toArray(String[]::new));
  }

  private static JsonObject json(CommandRun run) {
    assertEquals(1, run.lines().size(), run.out());
    return JsonParser.parseString(run.out()).getAsJsonObject();
  }
}
