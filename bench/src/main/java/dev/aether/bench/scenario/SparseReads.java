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
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Scenario d: reads of an actor whose few events are far apart in a large log, warm and cold, and
 * saves beside cold reads.
 */
public final class SparseReads implements Scenario {
  private static final int ACTORS = 50_000;
  private static final int EVENTS_EACH = 40;

  /** Actors that are saved to beside the reads. They are not read, since they get more events. */
  private static final int SAVED_ACTORS = 100;

  private static final int READERS_BESIDE_SAVES = 20;
  private static final double AT_MOST_THE_CONSUMERS = 1;
  private static final double SAVES_BESIDE_READS_AT_MOST = 2;
  private static final int COLD_READS = 20;
  private static final int COLD_ROUNDS_AT_MOST = 3;
  private static final Duration COLD_WITHIN = Duration.ofSeconds(60);
  private static final String NAMESPACE = "sparse";
  private static final String WARM = "warm";
  private static final String COLD = "cold";

  /**
   * The first read and the others. An ordered consumer's first read brings the whole log into the
   * page cache, so its other reads are hardly cold.
   */
  private static final String ALL_COLD = "all reads after the restart, ms";

  private static final String ALONE = "saves alone";
  private static final String BESIDE = "saves beside cold reads";

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
          Rounds warm = warm(nats, node, actors, scale);
          List<Series> series = new ArrayList<>(warm.all());
          List<Target> targets = new ArrayList<>();
          targets.add(beside(warm, p50(WARM)));
          if (!scale.dropsCaches() || PageCache.canDrop()) {
            Rounds cold = cold(nats, node, actors, scale);
            series.addAll(cold.all());
            targets.add(beside(cold, p50(COLD)));
            targets.add(beside(cold, p99(COLD)));
            targets.add(beside(cold, ALL_COLD));
            Rounds mixed = mixed(nats, node, writer, actors, scale);
            series.addAll(mixed.all());
            targets.add(
                Target.atMost(
                    SAVES_BESIDE_READS_AT_MOST,
                    mixed
                        .of(Way.AETHER.text, p99(BESIDE))
                        .over(mixed.of(Way.AETHER.text, p99(ALONE)), "p99 beside / alone")));
          }
          return new Outcome(
              id(),
              String.format(
                  Locale.ROOT,
                  "%d events of one actor among %,d",
                  EVENTS_EACH,
                  actors * EVENTS_EACH),
              series,
              targets);
        }
      }
    }
  }

  private static Target beside(Rounds rounds, String figure) {
    return Target.atMost(
        AT_MOST_THE_CONSUMERS,
        rounds
            .of(Way.AETHER.text, figure)
            .over(rounds.of(Way.ORDERED_CONSUMER.text, figure), figure + " / consumer's"));
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
                    () -> check(reader.read(readable(random, actors))), time, scale.maxPerRound()));
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
            restartCold(nats, probe, actors, scale);
            try (Reader ordered = ordered(nats)) {
              Reader reader = way == Way.AETHER ? aether : ordered;
              long begun = System.nanoTime();
              check(reader.read(readable(random, actors)));
              double first = (System.nanoTime() - begun) / 1e6;
              Measured rest =
                  Serial.run(
                      () -> check(reader.read(readable(random, actors))), COLD_WITHIN, COLD_READS);
              Map<String, Double> figures = new LinkedHashMap<>();
              figures.put("first read of all, ms", first);
              figures.put(ALL_COLD, first + rest.nanos() / 1e6);
              figures.putAll(figures(COLD, rest));
              return figures;
            }
          });
    }
  }

  /**
   * Saves one after the other, at first alone, then beside clients that read other actors. Both
   * start like {@link #cold}; the saved actors are known to the node.
   */
  private static Rounds mixed(
      NatsProcess nats, AetherProcess node, AetherStream writer, int actors, Scale scale)
      throws Exception {
    try (AetherReader probe = new AetherReader(node.address(), NAMESPACE)) {
      return Rounds.runCold(
          Math.min(scale.rounds(), COLD_ROUNDS_AT_MOST),
          List.of(Way.AETHER),
          way -> way.text,
          (way, time) -> {
            restartCold(nats, probe, actors, scale);
            Fill.interleaved(writer, saved(actors), 2);
            Measured alone =
                Serial.appends(writer, saved(actors), scale.roundTime(), scale.maxPerRound());
            restartCold(nats, probe, actors, scale);
            Fill.interleaved(writer, saved(actors), 2);
            Map<String, Double> figures = figures(ALONE, alone);
            figures.putAll(
                figures(
                    BESIDE,
                    besideReaders(
                        node,
                        actors,
                        () ->
                            Serial.appends(
                                writer, saved(actors), scale.roundTime(), scale.maxPerRound()))));
            return figures;
          });
    }
  }

  /** Runs a load while clients read, each on a thread and a connection of its own. */
  private static Measured besideReaders(AetherProcess node, int actors, Callable<Measured> load)
      throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(READERS_BESIDE_SAVES);
    try {
      List<Future<?>> readers = new ArrayList<>();
      for (int i = 0; i < READERS_BESIDE_SAVES; i++) {
        readers.add(
            threads.submit(
                () -> {
                  try (Reader reader = aether(node)) {
                    Random random = new Random();
                    while (!over.get()) {
                      check(reader.read(readable(random, actors)));
                    }
                  }
                  return null;
                }));
      }
      Measured measured = load.call();
      over.set(true);
      for (Future<?> reader : readers) {
        reader.get();
      }
      return measured;
    } finally {
      over.set(true);
      threads.shutdown();
    }
  }

  private static int readable(Random random, int actors) {
    return saved(actors) + random.nextInt(actors - saved(actors));
  }

  /** How many of the actors are saved to; the others are read. */
  private static int saved(int actors) {
    return Math.min(SAVED_ACTORS, actors / 2);
  }

  private static void restartCold(NatsProcess nats, AetherReader probe, int actors, Scale scale)
      throws Exception {
    nats.stop();
    if (scale.dropsCaches()) {
      PageCache.drop();
    }
    nats.startAgain();
    Waiting.until("the node to reach NATS again", COLD_WITHIN, () -> isThere(probe, actors));
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
    figures.put(p99(state), measured.latencyMillis(99));
    return figures;
  }

  private static String p50(String state) {
    return "p50 ms, " + state;
  }

  private static String p99(String state) {
    return "p99 ms, " + state;
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
