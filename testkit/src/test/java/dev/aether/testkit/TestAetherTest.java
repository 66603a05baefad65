package dev.aether.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
import dev.aether.client.Bytes;
import dev.aether.client.Commit;
import dev.aether.client.Durability;
import dev.aether.client.Event;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.InvalidRequestException;
import dev.aether.client.LogSignal;
import dev.aether.client.NewEvent;
import dev.aether.client.ReadLogOptions;
import dev.aether.client.RepeatOptions;
import dev.aether.client.Saved;
import dev.aether.client.ServerUnreachableException;
import dev.aether.client.Snapshot;
import dev.aether.server.embedded.EmbeddedNatsException;
import dev.aether.server.embedded.NatsServerScript;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The test kit without JUnit. */
@Timeout(60)
final class TestAetherTest {
  private static final NewEvent PLACED = NewEvent.json("OrderPlaced", "{}");

  @Test
  void eachHasAStoreOfItsOwnAndSaysThatItIsMemory() {
    try (TestAether one = TestAether.inMemory();
        TestAether other = TestAether.inMemory()) {
      Saved saved = one.client().save("order-1", ExpectedVersion.exactly(0), PLACED);

      assertEquals(Durability.Sync.MEMORY, saved.durability().sync());
      assertEquals(1, one.newClient().latestVersion("order-1"));
      assertEquals(0, other.client().latestVersion("order-1"));
      assertNotEquals(one.endpoint(), other.endpoint());
    }
  }

  @Test
  void itsClientsEndWithIt() {
    TestAether aether = TestAether.inMemory();
    AetherClient client = aether.client();
    AetherClient another = aether.newClient();
    assertSame(client, aether.client());
    try (AetherClient own = aether.clientBuilder().repeats(RepeatOptions.never()).build()) {
      assertEquals(0, own.latestVersion("order-1"));

      aether.close();

      assertThrows(IllegalStateException.class, () -> client.latestVersion("order-1"));
      assertThrows(IllegalStateException.class, () -> another.latestVersion("order-1"));
      assertThrows(ServerUnreachableException.class, () -> own.latestVersion("order-1"));
    }
  }

  @Test
  void theClockDatesEventsSnapshotsAndWhatIsStored() {
    try (TestAether aether = TestAether.inMemory();
        AetherClient client = aether.newClient()) {
      Instant noon = Instant.parse("2026-06-01T12:00:00.000000001Z");
      aether.clock().set(noon);
      Saved unused = client.save("order-1", ExpectedVersion.exactly(0), PLACED);
      aether.clock().advance(Duration.ofHours(1));
      Saved unused2 = client.save("order-1", ExpectedVersion.exactly(1), PLACED);
      client.saveSnapshot(Snapshot.builder("order-1", 2, Bytes.utf8("{}")).build());

      assertEquals(
          List.of(noon, noon.plus(Duration.ofHours(1))),
          client.events("order-1").map(Event::timestamp).toList());
      assertEquals(
          List.of(noon, noon.plus(Duration.ofHours(1))),
          client
              .readLog(ReadLogOptions.all())
              .flatMap(LogSignal::commits)
              .map(Commit::storedAt)
              .toList());
      assertEquals(
          noon.plus(Duration.ofHours(1)),
          client.latestSnapshot("order-1").orElseThrow().timestamp());
    }
  }

  @Test
  void endedAgainItStaysEndedAndMakesNoMoreClients() {
    TestAether aether = TestAether.onNats(NatsServerScript.ask(Path.of("")));
    aether.close();
    aether.close();
    assertThrows(IllegalStateException.class, aether::newClient);
  }

  /** Runs in a separate JVM whose environment does not name a nats-server. */
  @Test
  void withoutANatsServerATestIsToldWhatATestCanDo(@TempDir Path folder) throws Exception {
    ProcessBuilder child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OnNats.class.getName())
            .redirectErrorStream(true);
    child.environment().put("PATH", folder.toString());
    child.environment().remove("NATS_SERVER");
    Process process = child.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertNotEquals(0, process.waitFor(), said);
    assertTrue(said.contains("no nats-server found"), said);
    for (String way : List.of("$NATS_SERVER", "onNats(Path)", "inMemory()")) {
      assertTrue(said.contains(way), said);
    }
    assertFalse(said.contains("--"), said);
  }

  /** A program that needs a nats-server. */
  static final class OnNats {
    private OnNats() {}

    /** Fails with the exception. */
    public static void main(String[] args) {
      TestAether.onNats().close();
    }
  }

  /** A fake nats-server that prints a version, records its arguments and refuses to run. */
  @Test
  void aNatsServerThatDoesNotStartLeavesNoFolder(@TempDir Path folder) throws IOException {
    Path binary = folder.resolve("nats-server");
    Path config = folder.resolve("config");
    Files.writeString(
        binary,
        """
        #!/bin/sh
        [ "$1" = --version ] && echo "nats-server: v2.15.1" && exit 0
        for word in "$@"; do last=$word; done
        echo "$last" > '%s'
        exit 1
        """
            .formatted(config));
    assertTrue(binary.toFile().setExecutable(true));

    assertThrows(EmbeddedNatsException.class, () -> TestAether.onNats(binary));

    Path nats = Objects.requireNonNull(Path.of(Files.readString(config).strip()).getParent());
    assertTrue(nats.toString().contains("aether-testkit-"), nats::toString);
    assertFalse(Files.exists(Objects.requireNonNull(nats.getParent())), nats::toString);
  }

  @Test
  @SuppressWarnings("try") // It is closed by hand.
  void endedItTellsOfAFaultThatFailedAndIsGoneAllTheSame() {
    TestAether aether = TestAether.inMemory();
    IllegalStateException thrown = new IllegalStateException("by the test");
    aether
        .faults()
        .beforeNextSave(
            of -> {
              throw thrown;
            });
    assertThrows(
        InvalidRequestException.class,
        () -> aether.client().save("order-1", ExpectedVersion.any(), PLACED));

    assertSame(thrown, assertThrows(AssertionError.class, aether::close).getCause());
    assertThrows(IllegalStateException.class, aether::newClient);
    aether.close();
  }

  @Test
  void inMemoryThereIsNoNats() {
    try (TestAether aether = TestAether.inMemory()) {
      assertThrows(IllegalStateException.class, aether::nats);
    }
  }
}
