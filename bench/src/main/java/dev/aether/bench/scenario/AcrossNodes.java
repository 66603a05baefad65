package dev.aether.bench.scenario;

import dev.aether.bench.driver.AetherUnary;
import dev.aether.bench.driver.Arrivals;
import dev.aether.bench.driver.Driver;
import dev.aether.bench.load.Measured;
import dev.aether.bench.load.OpenLoop;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Target;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Scenario k: the time from the intended start of a save on one node until a subscriber of another
 * node has the commit.
 */
public final class AcrossNodes implements Scenario {
  private static final int PER_SECOND = 1_000;

  /** So many that an actor's turn comes every ten seconds. */
  private static final int ACTORS = 10_000;

  private static final double P50_AT_MOST_MS = 2;
  private static final double P99_AT_MOST_MS = 10;
  private static final long START_WITHIN_SECONDS = 30;
  private static final String NAMESPACE = "across";
  private static final String NAME = "aether A to B";
  private static final String P50 = "p50 ms";
  private static final String P99 = "p99 ms";

  @Override
  public String id() {
    return "k";
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    try (NatsProcess nats = rig.nats();
        AetherProcess a = rig.node(nats);
        AetherProcess b = rig.node(nats);
        Driver driver = new AetherUnary(a.address(), NAMESPACE, ACTORS, 1, Payload.json());
        Arrivals arrivals = new Arrivals(b.address(), NAMESPACE)) {
      arrivals.started().get(START_WITHIN_SECONDS, TimeUnit.SECONDS);
      Rounds rounds =
          Rounds.run(
              scale,
              List.of(NAME),
              name -> name,
              (name, time) -> {
                Measured measured =
                    OpenLoop.run(
                        actor -> arrivals.append(driver, actor),
                        ACTORS,
                        PER_SECOND,
                        time,
                        scale.maxPerRound());
                Map<String, Double> figures = new LinkedHashMap<>();
                figures.put(P50, measured.latencyMillis(50));
                figures.put(P99, measured.latencyMillis(99));
                figures.put("max ms", measured.latencyMillis(100));
                return figures;
              });
      return new Outcome(
          id(),
          String.format(
              Locale.ROOT,
              "from a save on one node to a subscriber of another, %,d saves/s of one %d-byte event",
              PER_SECOND,
              Payload.BYTES),
          rounds.all(),
          List.of(
              Target.atMost(P50_AT_MOST_MS, rounds.of(NAME, P50)),
              Target.atMost(P99_AT_MOST_MS, rounds.of(NAME, P99))));
    }
  }
}
