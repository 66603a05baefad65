package dev.aether.bench.scenario;

import dev.aether.bench.driver.AetherLogs;
import dev.aether.bench.driver.AetherReader;
import dev.aether.bench.driver.AetherStream;
import dev.aether.bench.driver.RawJetStream;
import dev.aether.bench.load.ClosedLoop;
import dev.aether.bench.load.Fill;
import dev.aether.bench.load.Serial;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.PageCache;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Series;
import dev.aether.bench.report.Target;
import io.nats.client.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Scenario m: whether a store with ten times as many actors and events is as fast. Both stores are
 * filled first, which takes long.
 */
public final class ManyActors implements Scenario {
  private static final int FEW = 200_000;
  private static final int MANY = 2_000_000;
  private static final int EVENTS_EACH = 10;
  private static final int IN_FLIGHT = 256;
  private static final int RESTARTS_AT_MOST = 3;
  private static final double AT_MOST = 1.2;
  private static final String NAMESPACE = "many";
  private static final String SAVES = "saves/s";
  private static final String READ = "p50 ms, read";
  private static final String NATS_START = "s, start of nats-server";
  private static final String NODE_START = "s, start of the node";
  private static final String MEMORY = "bytes of heap per cached actor";

  @Override
  public String id() {
    return "m";
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    try (Store few = new Store(rig, scale.of(FEW));
        Store many = new Store(rig, scale.of(MANY))) {
      List<Store> stores = List.of(few, many);
      for (Store store : stores) {
        store.fill();
      }
      PageCache.sync(); // Otherwise the load would still be written during the first rounds.
      List<Rounds> all = new ArrayList<>();
      // Saves first: reads bring the whole log into nats-server's memory, and leave saves little.
      all.add(Rounds.run(scale, stores, Store::name, (store, time) -> store.save(time, scale)));
      all.add(Rounds.run(scale, stores, Store::name, (store, time) -> store.read(time, scale)));
      all.add(
          Rounds.runCold(
              Math.min(scale.rounds(), RESTARTS_AT_MOST),
              stores,
              Store::name,
              (store, time) -> store.restart()));
      all.add(
          Rounds.runCold(
              1,
              stores,
              Store::name,
              (store, time) -> Map.of(MEMORY, CachedActors.bytesEach(store.node, scale))));
      return new Outcome(
          id(),
          String.format(
              Locale.ROOT,
              "%s beside %s, one per save, %d of each actor",
              many.name(),
              few.name(),
              EVENTS_EACH),
          all.stream().flatMap(rounds -> rounds.all().stream()).toList(),
          List.of(
              Target.atLeast(1 / AT_MOST, ratio(all.get(0), few, many, SAVES)),
              Target.atMost(AT_MOST, ratio(all.get(1), few, many, READ)),
              Target.atMost(AT_MOST, ratio(all.get(2), few, many, NATS_START)),
              Target.atMost(AT_MOST, ratio(all.get(2), few, many, NODE_START)),
              Target.atMost(AT_MOST, ratio(all.get(3), few, many, MEMORY))));
    }
  }

  private static Series ratio(Rounds rounds, Store few, Store many, String figure) {
    return rounds.of(many.name(), figure).over(rounds.of(few.name(), figure), figure);
  }

  /** A nats-server, its node, and a number of actors. */
  private static final class Store implements AutoCloseable {
    private final Rig rig;
    private final int actors;
    private final NatsProcess nats;
    private AetherProcess node;
    private final AetherStream writer;
    private final AetherReader reader;

    Store(Rig rig, int actors) throws Exception {
      this.rig = rig;
      this.actors = actors;
      nats = rig.nats();
      node = rig.node(nats);
      writer = new AetherStream(node.address(), NAMESPACE, actors, 1, Payload.json());
      reader = new AetherReader(node.address(), NAMESPACE);
    }

    String name() {
      return String.format(Locale.ROOT, "%,d events", actors * EVENTS_EACH);
    }

    void fill() throws Exception {
      Fill.interleaved(writer, actors, EVENTS_EACH);
      try (Connection connection = RawJetStream.connect(nats.url())) {
        long stored = AetherLogs.only(connection).getStreamState().getMsgCount();
        if (stored != (long) actors * EVENTS_EACH) {
          throw new IllegalStateException(name() + ": " + stored + " are stored");
        }
      }
    }

    Map<String, Double> save(Duration time, Scale scale) throws Exception {
      return Map.of(
          SAVES, ClosedLoop.run(writer, actors, IN_FLIGHT, time, scale.maxPerRound()).perSecond());
    }

    Map<String, Double> read(Duration time, Scale scale) throws Exception {
      return Map.of(READ, Serial.run(this::readOne, time, scale.maxPerRound()).latencyMillis(50));
    }

    private void readOne() {
      int events = reader.all(ThreadLocalRandom.current().nextInt(actors));
      if (events < EVENTS_EACH) {
        throw new IllegalStateException(events + " events of an actor");
      }
    }

    /** Starts both again; the writer and the reader are not used after that. */
    Map<String, Double> restart() throws Exception {
      node.close();
      nats.stop();
      Map<String, Double> figures = new LinkedHashMap<>();
      long begun = System.nanoTime();
      nats.startAgain();
      figures.put(NATS_START, (System.nanoTime() - begun) / 1e9);
      long natsIsThere = System.nanoTime();
      node = rig.node(nats);
      figures.put(NODE_START, (System.nanoTime() - natsIsThere) / 1e9);
      return figures;
    }

    @Override
    public void close() {
      writer.close();
      reader.close();
      node.close();
      nats.close();
    }
  }
}
