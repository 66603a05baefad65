package dev.aether.bench.scenario;

import dev.aether.bench.driver.RawImport;
import dev.aether.bench.process.AetherCommand;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Target;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Scenario g: {@code aether import} of a real log, as a process with its start, beside a loop that
 * publishes its lines; and the same import into a node that syncs each commit to disk.
 */
public final class ImportTime implements Scenario {
  private static final double AT_MOST_OF_RAW = 1.4;
  private static final double DURABLE_AT_LEAST = 20_000;
  private static final String RAW = "raw publish loop";
  private static final String AETHER = "aether import";
  private static final String DURABLE = "aether import, durable";
  private static final String SECONDS = "s";
  private static final String EVENTS = "events/s";

  private final RealLog log;

  /** Imports this log. */
  public ImportTime(RealLog log) {
    this.log = log;
  }

  @Override
  public String id() {
    return "g";
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    Path file = rig.folder().resolve("import.jsonl.gz");
    log.copy(scale, file);
    AtomicInteger turn = new AtomicInteger();
    try (NatsProcess nats = rig.nats();
        AetherProcess node = rig.node(nats);
        AetherProcess durable = rig.embedded()) {
      Rounds.Turn<String> measure =
          (name, time) -> {
            String target = "import-" + turn.incrementAndGet();
            double seconds =
                switch (name) {
                  case RAW -> RawImport.seconds(nats.url(), target, file);
                  case AETHER -> imported(rig, node, target, file);
                  default -> imported(rig, durable, target, file);
                };
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put(SECONDS, seconds);
            figures.put(EVENTS, log.lines(scale) / seconds);
            return figures;
          };
      // The nodes are warm, but the command is not.
      Rounds rounds = Rounds.run(scale, List.of(RAW, AETHER, DURABLE), name -> name, measure);
      return new Outcome(
          id(),
          "import of " + log.title(scale),
          rounds.all(),
          List.of(
              Target.atMost(
                  AT_MOST_OF_RAW,
                  rounds.of(AETHER, SECONDS).over(rounds.of(RAW, SECONDS), "times as long")),
              Target.atLeast(DURABLE_AT_LEAST, rounds.of(DURABLE, EVENTS))));
    }
  }

  /** Imports a file into a namespace. Returns the seconds that the command took. */
  static double imported(Rig rig, AetherProcess node, String namespace, Path file)
      throws Exception {
    return AetherCommand.seconds(rig, node, "import", file.toString(), "--namespace", namespace);
  }
}
