package dev.aether.bench.scenario;

import dev.aether.bench.driver.OrderedConsumerReader;
import dev.aether.bench.driver.WholeLogReader;
import dev.aether.bench.load.Serial;
import dev.aether.bench.process.AetherCommand;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Scenario j: a real log is read from its beginning to its end. */
public final class WholeLog implements Scenario {
  private static final double AT_LEAST_OF_CONSUMER = 0.8;
  private static final double EXPORTED_AT_LEAST = 50_000;
  private static final String NAMESPACE = "whole-log";
  private static final String EVENTS = "events/s";

  private static final String CONSUMER = "jnats ordered consumer";
  private static final String SUBSCRIBER = "aether Subscribe";
  private static final String READ_LOG = "aether ReadLog";
  private static final String EXPORT = "aether export";

  private final RealLog log;

  /** Reads this log. */
  public WholeLog(RealLog log) {
    this.log = log;
  }

  @Override
  public String id() {
    return "j";
  }

  /** Reads everything and returns the number of events. */
  private interface Reader {
    long read() throws Exception;
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    Path file = rig.folder().resolve("whole-log.jsonl.gz");
    log.copy(scale, file);
    int events = log.lines(scale);
    try (NatsProcess nats = rig.nats();
        AetherProcess node = rig.node(nats);
        WholeLogReader aether = new WholeLogReader(node.address(), NAMESPACE)) {
      double ignored = ImportTime.imported(rig, node, NAMESPACE, file);
      try (OrderedConsumerReader consumer = new OrderedConsumerReader(nats.url())) {
        Map<String, Reader> readers =
            Map.of(
                CONSUMER, () -> consumer.readLog(events),
                SUBSCRIBER, () -> aether.subscribe(events),
                READ_LOG, aether::readLog);
        for (Reader reader : readers.values()) {
          Serial.run(() -> check(reader.read(), events), scale.warmUp(), scale.maxPerRound());
        }
        // Each turn reads the log once, however long that takes.
        Rounds rounds =
            Rounds.runCold(
                scale.rounds(),
                List.of(CONSUMER, SUBSCRIBER, READ_LOG, EXPORT),
                name -> name,
                (name, time) -> {
                  Reader reader = readers.get(name);
                  double seconds =
                      reader == null ? exportSeconds(rig, node, events) : seconds(reader, events);
                  return Map.of(EVENTS, events / seconds);
                });
        return new Outcome(
            id(),
            "the whole log of " + log.title(scale),
            rounds.all(),
            List.of(
                Target.atLeast(
                    AT_LEAST_OF_CONSUMER,
                    rounds.of(SUBSCRIBER, EVENTS).over(rounds.of(CONSUMER, EVENTS), EVENTS)),
                Target.atLeast(EXPORTED_AT_LEAST, rounds.of(EXPORT, EVENTS))));
      }
    }
  }

  private static double seconds(Reader reader, int events) throws Exception {
    long begun = System.nanoTime();
    check(reader.read(), events);
    return (System.nanoTime() - begun) / 1e9;
  }

  private static double exportSeconds(Rig rig, AetherProcess node, int events) throws Exception {
    Path file = Files.createTempDirectory(rig.folder(), "export-").resolve("export.jsonl");
    double seconds = AetherCommand.seconds(rig, node, "export", NAMESPACE, file.toString());
    try (Stream<String> lines = Files.lines(file)) {
      check(lines.count(), events);
    }
    Files.delete(file);
    return seconds;
  }

  private static void check(long read, int events) {
    if (read != events) {
      throw new IllegalStateException(read + " events instead of " + events);
    }
  }
}
