package dev.aether.bench.scenario;

import dev.aether.bench.driver.RawImport;
import dev.aether.bench.process.AetherImport;
import dev.aether.bench.process.AetherProcess;
import dev.aether.bench.process.NatsProcess;
import dev.aether.bench.process.Rig;
import dev.aether.bench.report.Outcome;
import dev.aether.bench.report.Target;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Scenario g: {@code aether import} of a real log, as a process with its start, beside a loop that
 * publishes its lines.
 */
public final class ImportTime implements Scenario {
  private static final int LINES = 262_200;
  private static final double AT_MOST_OF_RAW = 1.5;
  private static final String RAW = "raw publish loop";
  private static final String AETHER = "aether import";
  private static final String SECONDS = "s";

  private final Path log;

  /**
   * A log of JSON lines, compressed with gzip. If it is missing, one of the same size is generated.
   */
  public ImportTime(Path log) {
    this.log = log;
  }

  @Override
  public String id() {
    return "g";
  }

  @Override
  public Outcome run(Rig rig, Scale scale) throws Exception {
    int lines = scale.of(LINES);
    Path file = rig.folder().resolve("import.jsonl.gz");
    copy(lines, file);
    AtomicInteger turn = new AtomicInteger();
    try (NatsProcess nats = rig.nats();
        AetherProcess node = rig.node(nats)) {
      Rounds.Turn<String> measure =
          (name, time) -> {
            String target = "import-" + turn.incrementAndGet();
            return Map.of(
                SECONDS,
                name.equals(RAW)
                    ? RawImport.seconds(nats.url(), target, file)
                    : AetherImport.seconds(rig, node, target, file));
          };
      // The node is warm, but the command is not.
      Rounds rounds = Rounds.run(scale, List.of(RAW, AETHER), name -> name, measure);
      return new Outcome(
          id(),
          String.format(
              Locale.ROOT,
              "import of %,d events, one per commit%s",
              lines,
              Files.exists(log) ? " (bpic2012)" : ", made up"),
          rounds.all(),
          List.of(
              Target.atMost(
                  AT_MOST_OF_RAW,
                  rounds.of(AETHER, SECONDS).over(rounds.of(RAW, SECONDS), "times as long"))));
    }
  }

  private void copy(int lines, Path to) throws IOException {
    try (BufferedWriter out =
        new BufferedWriter(
            new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(to)), StandardCharsets.UTF_8))) {
      if (!Files.exists(log)) {
        for (int i = 0; i < lines; i++) {
          out.write(
              String.format(
                  Locale.ROOT,
                  "{\"actorId\":\"actor-%d\",\"eventType\":\"MADE_UP\",\"data\":{\"line\":%d}}\n",
                  i % 10_007,
                  i));
        }
        return;
      }
      try (BufferedReader in =
          new BufferedReader(
              new InputStreamReader(
                  new GZIPInputStream(Files.newInputStream(log)), StandardCharsets.UTF_8))) {
        String line = in.readLine();
        for (int i = 0; i < lines && line != null; i++, line = in.readLine()) {
          out.write(line + "\n");
        }
      }
    }
  }
}
