package dev.aether.bench.scenario;

import dev.aether.bench.driver.Driver;
import dev.aether.bench.load.ClosedLoop;
import dev.aether.bench.load.Measured;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Target;
import java.util.List;
import java.util.Map;

/** Scenarios a and b: how many commits, or events, are stored in a second. */
public final class SaveRate implements Scenario {
  private static final int ACTORS = 10_000;
  private static final int IN_FLIGHT = 256;
  private static final String EVENTS = "events/s";

  private final String id;
  private final int eventsPerCommit;
  private final double unaryAtLeast;

  private SaveRate(String id, int eventsPerCommit, double unaryAtLeast) {
    this.id = id;
    this.eventsPerCommit = eventsPerCommit;
    this.unaryAtLeast = unaryAtLeast;
  }

  /** One event a commit. */
  public static SaveRate single() {
    return new SaveRate("a", 1, 0.4);
  }

  /** Ten events a commit, beside raw messages of one. */
  public static SaveRate ofTen() {
    return new SaveRate("b", 10, 4);
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
              (driver, time) -> {
                Measured measured =
                    ClosedLoop.run(driver, ACTORS, IN_FLIGHT, time, scale.maxPerRound());
                int events = driver.name().startsWith("raw") ? 1 : eventsPerCommit;
                return Map.of(EVENTS, measured.perSecond() * events);
              });
      return new Outcome(
          id,
          "%d-byte events, %d a save, %d saves in flight over %,d actors"
              .formatted(Payload.BYTES, eventsPerCommit, IN_FLIGHT, ACTORS),
          rounds.all(),
          List.of(
              Target.atLeast(
                  unaryAtLeast,
                  rounds.of("aether unary", EVENTS).over(rounds.of("raw jnats", EVENTS), EVENTS))));
    }
  }
}
