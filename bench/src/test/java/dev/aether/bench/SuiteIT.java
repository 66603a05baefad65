package dev.aether.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.bench.driver.AetherStream;
import dev.aether.bench.driver.AetherUnary;
import dev.aether.bench.driver.Driver;
import dev.aether.bench.driver.RawBatches;
import dev.aether.bench.driver.RawJetStream;
import dev.aether.bench.load.ClosedLoop;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.Folders;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Series;
import dev.aether.bench.scenario.Scale;
import dev.aether.bench.scenario.Scenario;
import dev.aether.server.embedded.NatsServerScript;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every scenario as small as can be, with the built jar and a real nats-server. */
@Timeout(300)
final class SuiteIT {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final Scale TINY =
      new Scale(1, Duration.ofMillis(50), Duration.ofSeconds(30), 40, false, 0.001);

  private static Folders folders = new Folders(Path.of(""));
  private static Rig rig = new Rig(Path.of(""), Path.of(""), List.of(), Path.of(""));

  @BeforeAll
  static void makeRig() throws Exception {
    folders = Folders.temporary();
    Path jar = HOME.resolve("server/target/aether.jar");
    rig = new Rig(NatsServerScript.ask(HOME), jar, List.of(), folders.root());
  }

  @AfterAll
  static void deleteFolders() {
    folders.close();
  }

  static Stream<Scenario> scenarios() {
    return Stream.concat(Suite.all(HOME).stream(), Suite.large().stream());
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void everyScenarioMeasuresEachFigureOnceARound(Scenario scenario) throws Exception {
    Outcome outcome = scenario.run(rig, TINY);

    assertEquals(scenario.id(), outcome.id());
    assertFalse(outcome.series().isEmpty());
    for (Series series : outcome.series()) {
      assertEquals(TINY.rounds(), series.rounds().size(), series::toString);
      assertTrue(series.median() >= 0, series::toString);
    }
  }

  @Test
  void whatALoopCountsIsWhatTheSystemsHold() throws Exception {
    try (NatsProcess nats = rig.nats();
        AetherProcess node = rig.node(nats);
        Driver raw =
            RawJetStream.open(nats.url(), RawJetStream.Writes.EACH, "RAW", 100, new byte[10]);
        Driver batches = RawBatches.open(nats.url(), "BATCHES", 8, 100, new byte[10]);
        Driver unary = new AetherUnary(node.address(), "unary", 100, 3, new byte[10]);
        Driver stream = new AetherStream(node.address(), "stream", 100, 3, new byte[10])) {
      for (Driver driver : List.of(raw, batches, unary, stream)) {
        long counted = ClosedLoop.run(driver, 100, 16, Duration.ofSeconds(60), 500).count();

        assertEquals(500, counted, driver.name());
        assertEquals(500, driver.stored(), driver.name());
      }
    }
  }

  @Test
  void aSaveThatExpectsAnOldVersionIsRefusedAndChangesNothing() throws Exception {
    try (NatsProcess nats = rig.nats();
        AetherProcess node = rig.node(nats);
        Driver raw =
            RawJetStream.open(nats.url(), RawJetStream.Writes.EACH, "RAW", 2, new byte[10]);
        Driver unary = new AetherUnary(node.address(), 2, "unary", 2, 3, new byte[10]);
        Driver stream = new AetherStream(node.address(), 2, "stream", 2, 3, new byte[10])) {
      for (Driver driver : List.of(raw, unary, stream)) {
        driver.append(1).get(30, TimeUnit.SECONDS);
        driver.append(1).get(30, TimeUnit.SECONDS);

        driver.appendStale(1).get(30, TimeUnit.SECONDS);

        assertEquals(2, driver.stored(), driver.name());
        driver.append(1).get(30, TimeUnit.SECONDS);
        assertEquals(3, driver.stored(), driver.name());
      }
    }
  }

  @Test
  void anAppendThatFailsEndsTheLoopWithItsReason() throws IOException {
    try (NatsProcess nats = rig.nats();
        AetherProcess node = rig.node(nats);
        Driver refused = new AetherUnary(node.address(), "not a namespace", 10, 1, new byte[10])) {
      IllegalStateException thrown =
          assertThrows(
              IllegalStateException.class,
              () -> ClosedLoop.run(refused, 10, 2, Duration.ofSeconds(30), 10));

      assertTrue(String.valueOf(thrown.getCause()).contains("INVALID_ARGUMENT"), thrown::toString);
    }
  }
}
