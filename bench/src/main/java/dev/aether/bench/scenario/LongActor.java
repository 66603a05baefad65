package dev.aether.bench.scenario;

import dev.aether.bench.driver.AetherReader;
import dev.aether.bench.driver.AetherStream;
import dev.aether.bench.load.Measured;
import dev.aether.bench.load.Serial;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Scenario i: whether an actor with a million events can be read as fast as one with a hundred. */
public final class LongActor implements Scenario {
  private static final int LONG = 1_000_000;
  private static final int SHORT = 100;
  private static final int EVENTS_PER_COMMIT = 10;
  private static final int READ = 10;
  private static final String NAMESPACE = "long";
  private static final int LONG_ACTOR = 0;
  private static final int SHORT_ACTOR = 1;

  /** One way to read an actor. */
  private record Way(String text, int actor, int events, Step step) {
    interface Step {
      long read(AetherReader reader, int actor, int events);
    }
  }

  @Override
  public String id() {
    return "i";
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    int events = Math.max(SHORT, scale.of(LONG));
    try (NatsProcess nats = rig.nats();
        AetherProcess node = rig.node(nats);
        AetherStream writer =
            new AetherStream(node.address(), NAMESPACE, 2, EVENTS_PER_COMMIT, Payload.json());
        AetherReader reader = new AetherReader(node.address(), NAMESPACE)) {
      writer.appendInRow(LONG_ACTOR, events / EVENTS_PER_COMMIT);
      writer.appendInRow(SHORT_ACTOR, SHORT / EVENTS_PER_COMMIT);
      Rounds rounds =
          Rounds.run(
              scale,
              ways(events),
              Way::text,
              (way, time) -> {
                Measured measured = Serial.run(() -> read(reader, way), time, scale.maxPerRound());
                Map<String, Double> figures = new LinkedHashMap<>();
                figures.put("p50 ms", measured.latencyMillis(50));
                figures.put("p99 ms", measured.latencyMillis(99));
                return figures;
              });
      return new Outcome(
          id(),
          String.format(Locale.ROOT, "reads of %d events, commits of %d", READ, EVENTS_PER_COMMIT),
          rounds.all(),
          List.of());
    }
  }

  private static List<Way> ways(int events) {
    Way.Step middle = (reader, actor, size) -> reader.from(actor, size / 2, READ);
    Way.Step backwards = (reader, actor, size) -> reader.backwards(actor, READ);
    Way.Step latest = (reader, actor, size) -> reader.latest(actor) == size ? READ : 0;
    return List.of(
        new Way(
            String.format(Locale.ROOT, "from the middle of %,d", SHORT),
            SHORT_ACTOR,
            SHORT,
            middle),
        new Way(
            String.format(Locale.ROOT, "from the middle of %,d", events),
            LONG_ACTOR,
            events,
            middle),
        new Way(String.format(Locale.ROOT, "newest of %,d", SHORT), SHORT_ACTOR, SHORT, backwards),
        new Way(String.format(Locale.ROOT, "newest of %,d", events), LONG_ACTOR, events, backwards),
        new Way(
            String.format(Locale.ROOT, "latest version of %,d", SHORT), SHORT_ACTOR, SHORT, latest),
        new Way(
            String.format(Locale.ROOT, "latest version of %,d", events),
            LONG_ACTOR,
            events,
            latest));
  }

  private static void read(AetherReader reader, Way way) {
    long read = way.step().read(reader, way.actor(), way.events());
    if (read != READ) {
      throw new IllegalStateException(way.text() + ": " + read);
    }
  }
}
