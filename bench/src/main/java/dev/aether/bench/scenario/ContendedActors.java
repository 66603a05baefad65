package dev.aether.bench.scenario;

import dev.aether.bench.load.Measured;
import dev.aether.bench.load.Serial;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import dev.aether.client.AetherClient;
import dev.aether.client.Bytes;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.VersionConflictException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Scenario l: writers that save to the same actors, through one node or through two. A writer that
 * expects a version requests it first, and repeats a refused save with the version that the refusal
 * names.
 */
public final class ContendedActors implements Scenario {
  private static final int WRITERS = 8;
  private static final double PERCENT = 100;

  private enum Way {
    HOT_ANY("one actor, any version", 1, 1, false),
    HOT_EXPECTED("one actor, expected version", 1, 1, true),
    NODES_ANY("two nodes, 100 actors, any version", 2, 100, false),
    NODES_EXPECTED("two nodes, 100 actors, expected version", 2, 100, true);

    private final String text;
    private final int nodes;
    private final int actors;
    private final boolean expects;

    Way(String text, int nodes, int actors, boolean expects) {
      this.text = text;
      this.nodes = nodes;
      this.actors = actors;
      this.expects = expects;
    }
  }

  private final NewEvent event =
      NewEvent.builder("Measured").data(Bytes.copyOf(Payload.json())).build();

  /** Each turn has actors of its own. */
  private final AtomicInteger turns = new AtomicInteger();

  @Override
  public String id() {
    return "l";
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    try (NatsProcess nats = rig.nats();
        AetherProcess one = rig.node(nats);
        AetherProcess other = rig.node(nats);
        AetherClient clientOfOne = AetherClient.connect(one.address());
        AetherClient clientOfOther = AetherClient.connect(other.address())) {
      List<AetherClient> clients = List.of(clientOfOne, clientOfOther);
      Rounds rounds =
          Rounds.run(
              scale,
              List.of(Way.values()),
              way -> way.text,
              (way, time) -> measure(clients, way, time, scale));
      return new Outcome(
          id(),
          String.format(
              Locale.ROOT,
              "%d writers of the same actors, one %d-byte event each",
              WRITERS,
              Payload.BYTES),
          rounds.all(),
          List.of());
    }
  }

  private Map<String, Double> measure(
      List<AetherClient> clients, Way way, Duration time, Scale scale) throws Exception {
    String prefix = "turn-" + turns.incrementAndGet() + "-actor-";
    LongAdder refused = new LongAdder();
    List<Measured> all = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<Measured>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        AetherClient client = clients.get(i % way.nodes);
        Serial.Step step = () -> save(client, prefix, way, refused);
        writers.add(
            threads.submit(
                () -> Serial.run(step, time, Math.max(1, scale.maxPerRound() / WRITERS))));
      }
      for (Future<Measured> writer : writers) {
        all.add(writer.get());
      }
    } finally {
      threads.shutdownNow();
    }
    Measured saved = Measured.together(all);
    check(clients.get(0), prefix, way, saved.count());
    Map<String, Double> figures = new LinkedHashMap<>();
    figures.put("saves/s", saved.perSecond());
    figures.put("refused %", PERCENT * refused.sum() / (refused.sum() + saved.count()));
    figures.put("p50 ms", saved.latencyMillis(50));
    figures.put("p99 ms", saved.latencyMillis(99));
    return figures;
  }

  private void save(AetherClient client, String prefix, Way way, LongAdder refused) {
    String actor = prefix + ThreadLocalRandom.current().nextInt(way.actors);
    ExpectedVersion expected =
        way.expects ? ExpectedVersion.exactly(client.latestVersion(actor)) : ExpectedVersion.any();
    while (true) {
      try {
        client.save(actor, expected, event);
        return;
      } catch (VersionConflictException e) {
        refused.increment();
        expected = ExpectedVersion.exactly(e.currentVersion());
      }
    }
  }

  private static void check(AetherClient client, String prefix, Way way, long saved) {
    long stored = 0;
    for (int actor = 0; actor < way.actors; actor++) {
      stored += client.latestVersion(prefix + actor);
    }
    if (stored != saved) {
      throw new IllegalStateException(way.text + ": saved " + saved + ", stored " + stored);
    }
  }
}
