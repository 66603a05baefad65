package dev.aether.bench.scenario;

import dev.aether.bench.driver.AetherReader;
import dev.aether.bench.driver.AetherStream;
import dev.aether.bench.driver.OrderedConsumerReader;
import dev.aether.bench.load.Fill;
import dev.aether.bench.load.Measured;
import dev.aether.bench.load.Serial;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.PageCache;
import dev.aether.bench.process.Rig;
import dev.aether.bench.process.Waiting;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Series;
import dev.aether.bench.report.Target;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Scenario d: reads of an actor whose few events are far apart in a large log, warm and cold. */
public final class SparseReads implements Scenario {
  private static final int ACTORS = 50_000;
  private static final int EVENTS_EACH = 40;
  private static final double WARM_P50_AT_MOST_MS = 1.5;
  private static final int COLD_READS = 20;
  private static final int COLD_ROUNDS_AT_MOST = 3;
  private static final Duration COLD_WITHIN = Duration.ofSeconds(60);
  private static final String NAMESPACE = "sparse";
  private static final String WARM = "warm";
  private static final String COLD = "cold";

  /** Reads all events of an actor. */
  private interface Reader extends AutoCloseable {
    int read(int actor) throws Exception;

    @Override
    void close();
  }

  private enum Way {
    AETHER("aether GetEvents"),
    ORDERED_CONSUMER("jnats ordered consumer");

    private final String text;

    Way(String text) {
      this.text = text;
    }
  }

  @Override
  public String id() {
    return "d";
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    int actors = scale.of(ACTORS);
    try (NatsProcess nats = rig.nats()) {
      try (AetherProcess node = rig.node(nats)) {
        try (AetherStream writer =
            new AetherStream(node.address(), NAMESPACE, actors, 1, Payload.json())) {
          Fill.interleaved(writer, actors, EVENTS_EACH);
        }
        Rounds warm = warm(nats, node, actors, scale);
        List<Series> series = new ArrayList<>(warm.all());
        if (!scale.dropsCaches() || PageCache.canDrop()) {
          series.addAll(cold(nats, node, actors, scale).all());
        }
        return outcome(actors, series, warm);
      }
    }
  }

  private Outcome outcome(int actors, List<Series> series, Rounds warm) {
    return new Outcome(
        id(),
        String.format(
            Locale.ROOT, "%d events of one actor among %,d", EVENTS_EACH, actors * EVENTS_EACH),
        series,
        List.of(Target.atMost(WARM_P50_AT_MOST_MS, warm.of(Way.AETHER.text, p50(WARM)))));
  }

  private static Rounds warm(NatsProcess nats, AetherProcess node, int actors, Scale scale)
      throws Exception {
    try (Reader aether = aether(node);
        Reader ordered = ordered(nats)) {
      Random random = new Random();
      return Rounds.run(
          scale,
          List.of(Way.values()),
          system -> system.text,
          (system, time) -> {
            Reader reader = system == Way.AETHER ? aether : ordered;
            return figures(
                WARM,
                Serial.run(
                    () -> check(reader.read(random.nextInt(actors))), time, scale.maxPerRound()));
          });
    }
  }

  /**
   * Each turn starts with a restarted nats-server and without its store in the page cache. The node
   * and the readers are warm.
   */
  private static Rounds cold(NatsProcess nats, AetherProcess node, int actors, Scale scale)
      throws Exception {
    Random random = new Random();
    try (AetherReader probe = new AetherReader(node.address(), NAMESPACE);
        Reader aether = aether(node)) {
      return Rounds.runCold(
          Math.min(scale.rounds(), COLD_ROUNDS_AT_MOST),
          List.of(Way.values()),
          way -> way.text,
          (way, time) -> {
            nats.stop();
            if (scale.dropsCaches()) {
              PageCache.drop();
            }
            nats.startAgain();
            Waiting.until(
                "the node to reach NATS again", COLD_WITHIN, () -> isThere(probe, actors));
            try (Reader ordered = ordered(nats)) {
              Reader reader = way == Way.AETHER ? aether : ordered;
              long begun = System.nanoTime();
              check(reader.read(random.nextInt(actors)));
              double first = (System.nanoTime() - begun) / 1e6;
              Measured rest =
                  Serial.run(
                      () -> check(reader.read(random.nextInt(actors))), COLD_WITHIN, COLD_READS);
              Map<String, Double> figures = new LinkedHashMap<>();
              figures.put("first read of all, ms", first);
              figures.putAll(figures(COLD, rest));
              return figures;
            }
          });
    }
  }

  /** Requests an actor without events, for which the store reads no block. */
  private static boolean isThere(AetherReader probe, int absentActor) {
    try {
      return probe.latest(absentActor) == 0;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  private static Map<String, Double> figures(String state, Measured measured) {
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put(p50(state), measured.latencyMillis(50));
    figures.put("p99 ms, " + state, measured.latencyMillis(99));
    return figures;
  }

  private static String p50(String state) {
    return "p50 ms, " + state;
  }

  private static void check(int events) {
    if (events != EVENTS_EACH) {
      throw new IllegalStateException(events + " events instead of " + EVENTS_EACH);
    }
  }

  private static Reader aether(AetherProcess node) {
    AetherReader reader = new AetherReader(node.address(), NAMESPACE);
    return new Reader() {
      @Override
      public int read(int actor) {
        return reader.all(actor);
      }

      @Override
      public void close() {
        reader.close();
      }
    };
  }

  private static Reader ordered(NatsProcess nats) throws Exception {
    OrderedConsumerReader reader = new OrderedConsumerReader(nats.url());
    return new Reader() {
      @Override
      public int read(int actor) throws Exception {
        return reader.read(actor, EVENTS_EACH);
      }

      @Override
      public void close() {
        reader.close();
      }
    };
  }
}
