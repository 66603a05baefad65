package dev.aether.faults;

import dev.aether.faults.failpoint.Fault;
import dev.aether.faults.failpoint.FaultInjector;
import dev.aether.faults.failpoint.FaultPlan;
import dev.aether.faults.history.History;
import dev.aether.faults.topology.FaultyProcess;
import dev.aether.faults.topology.Link;
import dev.aether.faults.topology.Servers;
import dev.aether.faults.topology.Topology;
import dev.aether.faults.traffic.Traffic;
import dev.aether.faults.validate.Validators;
import dev.aether.faults.validate.Violation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;

/**
 * One run: servers, traffic and faults together, and the checks afterwards. The seed alone decides
 * on the faults and on what the writers send.
 */
public record FaultRun(Topology topology, long seed, int faults, int writers, FaultPlan.Pace pace) {
  private static final int FEWEST_WRITERS = 8;
  private static final int MOST_WRITERS = 64;

  /** Between 8 and 64 writers. */
  public static int writers(long seed) {
    return FEWEST_WRITERS + new Random(~seed).nextInt(MOST_WRITERS - FEWEST_WRITERS + 1);
  }

  /**
   * Runs it; blocks until everything is checked.
   *
   * @param natsServer the executable
   * @param aetherJar the jar from {@code mvn package}
   * @param folder for everything that the servers write; the caller deletes it
   * @param out gets a line for the run and for each fault
   */
  public Report run(Path natsServer, Path aetherJar, Path folder, Consumer<String> out)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    out.accept(
        String.format(
            Locale.ROOT,
            "topology %s, seed %d, %d faults, %d writers, files in %s",
            topology,
            seed,
            faults,
            writers,
            folder));
    List<String> lines = new ArrayList<>();
    try (Servers servers = topology.start(natsServer, aetherJar, folder);
        Traffic traffic = new Traffic(servers.nodes(), servers.direct(), seed, writers)) {
      FaultInjector injector =
          new FaultInjector(
              servers,
              (fault, millis) -> {
                String line = line(fault, millis);
                lines.add(line);
                out.accept(line);
              });
      List<String> ended =
          injector.run(
              FaultPlan.of(
                  seed,
                  faults,
                  pace,
                  servers.processes().stream().map(FaultyProcess::name).toList(),
                  servers.links().stream().map(Link::name).toList()));
      History history = traffic.end();
      List<Violation> violations = new ArrayList<>(Validators.check(history));
      ended.forEach(ending -> violations.add(new Violation.ProcessEnded(ending)));
      BatchCount batches = BatchCount.of(servers.nats().get());
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      return new Report(this, lines, history, batches, violations, took);
    }
  }

  private static String line(Fault fault, long millis) {
    return String.format(Locale.ROOT, "%4d at %6.1f s: %s", fault.number(), millis / 1000.0, fault);
  }
}
