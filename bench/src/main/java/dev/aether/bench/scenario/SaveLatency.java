package dev.aether.bench.scenario;

import dev.aether.bench.driver.Driver;
import dev.aether.bench.load.Measured;
import dev.aether.bench.load.Serial;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Target;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Scenario c: the latency of a save when no others are in flight. */
public final class SaveLatency implements Scenario {
  private static final int ACTORS = 10_000;
  private static final double UNARY_MORE_THAN_RAW_MS = 0.18;
  private static final double STREAM_MORE_THAN_RAW_MS = 0.12;
  private static final String P50 = "p50 ms";
  private static final String P99 = "p99 ms";

  @Override
  public String id() {
    return "c";
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    try (Contenders contenders = new Contenders(rig, ACTORS, 1)) {
      Rounds rounds =
          Rounds.run(
              scale,
              contenders.drivers(),
              Driver::name,
              (driver, time) -> {
                Measured measured = Serial.appends(driver, ACTORS, time, scale.maxPerRound());
                Map<String, Double> figures = new LinkedHashMap<>();
                figures.put(P50, measured.latencyMillis(50));
                figures.put(P99, measured.latencyMillis(99));
                return figures;
              });
      return new Outcome(
          id(),
          String.format(
              Locale.ROOT, "one client, one save in flight, one %d-byte event each", Payload.BYTES),
          rounds.all(),
          List.of(
              aboveRaw(rounds, "aether unary", UNARY_MORE_THAN_RAW_MS),
              aboveRaw(rounds, "aether stream", STREAM_MORE_THAN_RAW_MS)));
    }
  }

  private static Target aboveRaw(Rounds rounds, String system, double atMost) {
    return Target.atMost(
        atMost, rounds.of(system, P50).minus(rounds.of("raw jnats", P50), "p50 ms above raw"));
  }
}
