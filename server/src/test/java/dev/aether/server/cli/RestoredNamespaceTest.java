package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.client.AetherClient;
import dev.aether.client.CallSettings;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.Saved;
import dev.aether.client.VersionConflictException;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that ran while a namespace was deleted and restored from an older backup. */
@Timeout(120)
class RestoredNamespaceTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String NAMESPACE = "a";
  private static final String ACTOR = "actor";

  private final Path folder;
  private TestNatsServer nats;
  private AetherServer server;
  private AetherClient client;

  RestoredNamespaceTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @BeforeEach
  void start() {
    nats = TestNatsServer.start();
    server =
        AetherServer.start(
            ServerConfig.on(new StoreChoice.Nats(List.of(nats.url()), SOON)).withReplicas(1));
    client = AetherClient.connect("127.0.0.1:" + server.grpcAddress().getPort());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    nats.close();
  }

  private Saved save(String actor, String commitId, ExpectedVersion expected, int events) {
    SaveCommand.Builder save =
        SaveCommand.builder(actor, expected).namespace(NAMESPACE).commitId(commitId);
    for (int i = 0; i < events; i++) {
      save.event(NewEvent.json("Happened", "{}"));
    }
    return client.save(save.build());
  }

  private long latest(String actor) {
    return client.latestVersion(actor, CallSettings.defaults().withNamespace(NAMESPACE));
  }

  private void backUp() {
    String backup = folder.resolve("backup").toString();
    assertEquals(ExitCode.DONE, CommandRun.of("backup", backup, "--nats", nats.url()).exitCode());
  }

  private void deleteAndRestore(long version) {
    String backup = folder.resolve("backup").toString();
    client.namespaces().delete(NAMESPACE);
    assertEquals(ExitCode.DONE, CommandRun.of("restore", backup, "--nats", nats.url()).exitCode());
    Await.until("the namespace", SOON, () -> latest(ACTOR) == version);
  }

  @Test
  void aVersionIsNotGivenTwiceAlthoughACommitHasThePositionOfALostOne() {
    save(ACTOR, "c1", ExpectedVersion.exactly(0), 1);
    backUp();
    // The node remembers version 2 at position 2.
    save(ACTOR, "lost", ExpectedVersion.exactly(1), 1);
    deleteAndRestore(1);

    assertEquals(6, save(ACTOR, "c2", ExpectedVersion.exactly(1), 5).lastVersion());

    assertThrows(
        VersionConflictException.class, () -> save(ACTOR, "c3", ExpectedVersion.exactly(2), 1));
    assertEquals(7, save(ACTOR, "c4", ExpectedVersion.any(), 1).lastVersion());
  }

  @Test
  void anActorThatTheBackupDoesNotHaveIsSavedAnew() {
    save(ACTOR, "c1", ExpectedVersion.exactly(0), 1);
    backUp();
    save("later", "lost", ExpectedVersion.exactly(0), 1);
    deleteAndRestore(1);

    assertEquals(1, save("later", "c2", ExpectedVersion.any(), 1).lastVersion());
  }
}
