package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An import while NATS is away and comes back. */
@Timeout(120)
class ImportOutageTest {
  private static final int LINES = 3_000;
  private static final int ACTORS = 100;
  private static final Duration REFUSED_WITHIN = Duration.ofSeconds(30);

  /** A node answers each save within 10 s. */
  private static final Duration LONGER_THAN_A_SAVE_MAY_TAKE = Duration.ofSeconds(12);

  /** What befalls NATS between two halves of an import. */
  private interface Outage {
    void befall(TestNatsServer nats, String address) throws InterruptedException;
  }

  @Test
  void anImportOutlivesARestartOfNatsAndStoresEachLineOnceAndInOrder() {
    importsThrough(
        (nats, address) -> {
          nats.kill();
          Await.until("refusals", REFUSED_WITHIN, () -> isRefused(address));
          nats.restart();
        });
  }

  @Test
  void anImportOutlivesAStoreThatIsSlowerThanASaveMayTakeAndStoresEachLineOnceAndInOrder() {
    importsThrough(
        (nats, address) -> {
          nats.signal("STOP");
          Thread.sleep(LONGER_THAN_A_SAVE_MAY_TAKE.toMillis());
          nats.signal("CONT");
        });
  }

  private static void importsThrough(Outage outage) {
    try (TestNatsServer nats = TestNatsServer.start();
        AetherServer server =
            AetherServer.start(
                ServerConfig.on(
                    new StoreChoice.Nats(List.of(nats.url()), Duration.ofSeconds(30))))) {
      String address = Nodes.text(server.grpcAddress());
      InputStream cut =
          new InputStream() {
            @Override
            public int read() {
              try {
                outage.befall(nats, address);
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              return -1;
            }
          };
      List<InputStream> parts = List.of(lines(0, LINES / 2), cut, lines(LINES / 2, LINES));
      InputStream in = new SequenceInputStream(Collections.enumeration(parts));
      ByteArrayOutputStream err = new ByteArrayOutputStream();

      int exitCode =
          CommandLines.execute(
              new Terminal(
                  in,
                  OutputStream.nullOutputStream(),
                  new PrintStream(err, true, StandardCharsets.UTF_8),
                  file -> false),
              Map.of(),
              "import",
              "-",
              "--server",
              address);

      assertEquals(ExitCode.DONE, exitCode, () -> err.toString(StandardCharsets.UTF_8));
      assertEquals(expected(), stored(address));
    }
  }

  /** Whether the node says that its store is away: soon, and long before the import's deadlines. */
  private static boolean isRefused(String address) {
    return CommandRun.of("health", "--server", address).exitCode() != ExitCode.DONE;
  }

  private static InputStream lines(int from, int to) {
    StringBuilder lines = new StringBuilder();
    for (int i = from; i < to; i++) {
      lines.append(
          "{\"actorId\":\"a%d\",\"eventType\":\"T\",\"data\":%d}%n".formatted(i % ACTORS, i));
    }
    return new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> expected() {
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < LINES; i++) {
      expected.add("a" + i % ACTORS + " v" + (i / ACTORS + 1) + " " + i);
    }
    return expected.stream().sorted().toList();
  }

  private static List<String> stored(String address) {
    return CommandRun.of("export", "--no-snapshots", "--server", address).lines().stream()
        .map(
            line ->
                line.replaceFirst(
                    ".*\"actorId\":\"(\\w+)\",\"version\":(\\d+),.*\"data\":(\\d+),.*",
                    "$1 v$2 $3"))
        .sorted()
        .toList();
  }
}
