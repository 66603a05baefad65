package dev.aether.bench.scenario;

import dev.aether.bench.driver.AetherLogs;
import dev.aether.bench.driver.AetherStream;
import dev.aether.bench.driver.CountingSubscribers;
import dev.aether.bench.driver.RawJetStream;
import dev.aether.bench.load.ClosedLoop;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import dev.aether.bench.process.Waiting;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Target;
import io.nats.client.Connection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Scenario e: many live subscribers of one namespace on one small node. */
public final class FanOut implements Scenario {
  private static final int SUBSCRIBERS = 1_000;
  private static final int COMMITS = 3_000;
  private static final int ACTORS = 1_000;
  private static final int IN_FLIGHT = 64;
  private static final double DELIVERIES_AT_LEAST = 300_000;
  private static final Duration ALL_WITHIN = Duration.ofSeconds(120);
  private static final String NAMESPACE = "fan-out";
  private static final String NAME = "aether subscribe";
  private static final String DELIVERIES = "deliveries/s";
  private static final String CONSUMERS = "JetStream consumers";

  @Override
  public String id() {
    return "e";
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    // As many in a quick run: with a tenth of them it would be another scenario.
    int count = Math.min(SUBSCRIBERS, scale.of(10 * SUBSCRIBERS));
    int commits = (int) Math.min(scale.maxPerRound(), scale.of(COMMITS));
    try (NatsProcess nats = rig.nats();
        AetherProcess node = rig.node(nats, "-Xmx512m");
        Connection connection = RawJetStream.connect(nats.url());
        AetherStream writer =
            new AetherStream(node.address(), NAMESPACE, ACTORS, 1, Payload.json())) {
      ClosedLoop.run(writer, ACTORS, 1, ALL_WITHIN, 1);
      try (CountingSubscribers subscribers =
          new CountingSubscribers(node.address(), NAMESPACE, count)) {
        Waiting.until(
            "all subscriptions to start", ALL_WITHIN, () -> subscribers.started() == count);
        Rounds rounds =
            Rounds.run(
                scale,
                List.of(NAME),
                name -> name,
                (name, time) -> {
                  Map<String, Double> figures = new LinkedHashMap<>();
                  figures.put(DELIVERIES, deliveries(writer, subscribers, count, commits));
                  figures.put(
                      CONSUMERS,
                      (double) AetherLogs.only(connection).getStreamState().getConsumerCount());
                  return figures;
                });
        return new Outcome(
            id(),
            String.format(
                Locale.ROOT,
                "%,d subscribers of one namespace, %d-byte events, the node at -Xmx512m",
                count,
                Payload.BYTES),
            rounds.all(),
            List.of(
                Target.atLeast(DELIVERIES_AT_LEAST, rounds.of(NAME, DELIVERIES)),
                Target.atMost(1, rounds.of(NAME, CONSUMERS))));
      }
    }
  }

  /** Measures from the first save until every subscriber has every commit, and none twice. */
  private static double deliveries(
      AetherStream writer, CountingSubscribers subscribers, int count, int commits) {
    long before = subscribers.commits();
    long wanted = (long) count * commits;
    long begun = System.nanoTime();
    ClosedLoop.run(writer, ACTORS, IN_FLIGHT, ALL_WITHIN, commits);
    Waiting.until("all deliveries", ALL_WITHIN, () -> subscribers.commits() - before >= wanted);
    double seconds = (System.nanoTime() - begun) / 1e9;
    long delivered = subscribers.commits() - before;
    if (delivered != wanted) {
      throw new IllegalStateException(delivered + " deliveries instead of " + wanted);
    }
    return wanted / seconds;
  }
}
