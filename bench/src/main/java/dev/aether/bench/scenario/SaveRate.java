package dev.aether.bench.scenario;

import dev.aether.bench.driver.Driver;
import dev.aether.bench.load.ClosedLoop;
import dev.aether.bench.load.Measured;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Series;
import dev.aether.bench.report.Target;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Scenarios a and b: the number of events that are stored per second. */
public final class SaveRate implements Scenario {
  private static final int ACTORS = 10_000;
  private static final int IN_FLIGHT = 256;
  private static final String EVENTS = "events/s";

  private static final double NANOS_PER_MICRO = 1000;

  private final String id;
  private final int eventsPerCommit;
  private final double unaryAtLeast;
  private final double streamAtLeast;

  private SaveRate(String id, int eventsPerCommit, double unaryAtLeast, double streamAtLeast) {
    this.id = id;
    this.eventsPerCommit = eventsPerCommit;
    this.unaryAtLeast = unaryAtLeast;
    this.streamAtLeast = streamAtLeast;
  }

  /** One event per commit. */
  public static SaveRate single() {
    return new SaveRate("a", 1, 0.5, 0.85);
  }

  /** Ten events per commit, compared with raw messages of one event. */
  public static SaveRate ofTen() {
    return new SaveRate("b", 10, 4, 5);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    try (Contenders contenders = new Contenders(rig, ACTORS, eventsPerCommit)) {
      Rounds rounds =
          Rounds.run(
              scale,
              contenders.drivers(),
              Driver::name,
              (driver, time) -> measure(contenders, driver, time, scale));
      Series raw = rounds.of("raw jnats", EVENTS);
      return new Outcome(
          id,
          String.format(
              Locale.ROOT,
              "%d-byte events, %d per save, %d saves in flight over %,d actors",
              Payload.BYTES,
              eventsPerCommit,
              IN_FLIGHT,
              ACTORS),
          rounds.all(),
          List.of(
              Target.atLeast(unaryAtLeast, rounds.of("aether unary", EVENTS).over(raw, EVENTS)),
              Target.atLeast(streamAtLeast, rounds.of("aether stream", EVENTS).over(raw, EVENTS))));
    }
  }

  private Map<String, Double> measure(
      Contenders contenders, Driver driver, Duration time, Scale scale) {
    Map<String, Duration> before = contenders.cpuTimes();
    Measured measured = ClosedLoop.run(driver, ACTORS, IN_FLIGHT, time, scale.maxPerRound());
    Map<String, Duration> after = contenders.cpuTimes();
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(EVENTS, measured.perSecond() * driver.eventsPerCommit());
    after.forEach(
        (process, used) -> {
          long nanos = used.minus(before.getOrDefault(process, used)).toNanos();
          figures.put("µs of CPU per save, " + process, nanos / NANOS_PER_MICRO / measured.count());
        });
    return figures;
  }
}
