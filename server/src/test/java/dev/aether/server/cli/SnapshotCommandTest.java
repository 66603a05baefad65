package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SnapshotCommandTest {
  private final AetherServer server = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));

  @AfterEach
  void endServer() {
    server.close();
  }

  @Test
  void whatWasSavedIsPrintedAsOneLine() {
    saveEvents(2);

    CommandRun saved =
        run(
            "snapshot",
            "save",
            "a",
            "--version",
            "2",
            "--state",
            "{\n \"n\": 1.10 }",
            "--meta",
            "k=v");

    assertEquals("", saved.out() + saved.err());
    String line = done("snapshot", "get", "a").out();
    assertTrue(
        line.startsWith(
            "{\"actorId\":\"a\",\"version\":2,\"state\":{\"n\":1.10},"
                + "\"contentType\":\"application/json\",\"metadata\":{\"k\":\"v\"},"
                + "\"timestamp\":\""),
        line);
    assertEquals(1, line.lines().count());
  }

  @Test
  void aStateThatIsNoJsonIsTakenFromAFileAndPrintedAsBase64(@TempDir Path folder)
      throws IOException {
    saveEvents(1);
    Path file = Files.write(folder.resolve("state"), new byte[] {0, -1});

    done(
        "snapshot",
        "save",
        "a",
        "--version",
        "1",
        "--state",
        "@" + file,
        "--content-type",
        "image/x");

    String line = done("snapshot", "get", "a").out();
    assertTrue(line.contains("\"stateBase64\":\"AP8=\",\"contentType\":\"image/x\""), line);
  }

  @Test
  void anActorWithoutSnapshotEndsWith1AndOneLine() {
    CommandRun run = run("snapshot", "get", "a");

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertEquals("", run.out());
    assertEquals("aether: actor \"a\" has no snapshot in namespace \"default\"\n", run.err());
  }

  @Test
  void aVersionThatTheActorDoesNotHaveOrThatIsOutdatedEndsWith1() {
    saveEvents(2);
    done("snapshot", "save", "a", "--version", "2", "--state", "1");

    for (String version : List.of("3", "1")) {
      CommandRun run = run("snapshot", "save", "a", "--version", version, "--state", "1");
      assertEquals(ExitCode.FAILED, run.exitCode(), run.err());
      assertEquals(1, run.err().lines().count(), run.err());
    }
  }

  @Test
  void afterADeleteThereIsNoneAndTheEventsAreThere() {
    saveEvents(1);
    done("snapshot", "save", "a", "--version", "1", "--state", "1");

    done("snapshot", "delete", "a");
    done("snapshot", "delete", "a");

    assertEquals(ExitCode.FAILED, run("snapshot", "get", "a").exitCode());
    assertEquals(1, done("events", "a").lines().size());
  }

  private void saveEvents(int count) {
    for (int i = 0; i < count; i++) {
      done("save", "--actor", "a", "--type", "T");
    }
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
}
