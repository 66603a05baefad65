package dev.aether.faults;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.faults.failpoint.FaultPlan;
import dev.aether.faults.history.Save;
import dev.aether.faults.topology.Topology;
import dev.aether.server.embedded.NatsServerScript;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Short runs with the built jar; faults/run does long ones. */
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
final class FaultRunIT {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final int FAULTS = 12;
  private static final int WRITERS = 24;

  @ParameterizedTest
  @EnumSource(
      value = Topology.class,
      names = {"EMBEDDED", "ONE_NATS"})
  void whateverIsKilledStoppedOrCutNothingIsLostDoubledOrReordered(
      Topology topology, @TempDir Path folder) throws Exception {
    long seed = ThreadLocalRandom.current().nextInt(1_000_000);
    FaultRun run = new FaultRun(topology, seed, FAULTS, WRITERS, FaultPlan.Pace.QUICK);

    Report report =
        run.run(
            NatsServerScript.ask(HOME),
            HOME.resolve("server/target/aether.jar"),
            folder,
            System.out::println);

    System.out.println(report.summary());
    assertTrue(report.violations().isEmpty(), report::summary);
    Map<Save.Fate, Integer> fates = report.fates();
    assertTrue(fates.getOrDefault(Save.Fate.STORED, 0) > 0, report::summary);
    // On a busy machine, sixteen saves may never wait at once, which the other topology requires.
    assertTrue(topology != Topology.EMBEDDED || report.batches().grouped() > 0, report::summary);
  }
}
