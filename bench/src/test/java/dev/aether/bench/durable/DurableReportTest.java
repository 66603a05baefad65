package dev.aether.bench.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.aether.bench.load.Measured;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DurableReportTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void aRatioIsTheMedianOfTheRatiosOfTheRounds() {
    String text = report(0, 1).markdown("durable");

    // In the three rounds the stream saved 2, 3 and 1 times as much as UmaDB.
    assertTrue(text.contains("| UmaDB | 200 (100–300) | 0.100 (0.100–0.100) |"), text);
    assertTrue(text.contains(" 2.00 (1.00–3.00) |\n"), text);
    assertTrue(
        text.contains("| Aether, stream / UmaDB: saves/s | ≥ 1.30 | 2.00 | 1.00–3.00 | met |"),
        text);
  }

  @Test
  void aSystemThatIsNotInstalledIsNamed() throws Exception {
    report(0, 1).write(folder, "durable");

    String text = Files.readString(folder.resolve("durable.md"));
    JsonObject json =
        JsonParser.parseString(Files.readString(folder.resolve("durable.json"))).getAsJsonObject();
    assertTrue(text.contains("\nNot measured: etcd is not installed here."), text);
    assertEquals(
        "etcd is not installed here.", json.getAsJsonArray("leftOut").get(0).getAsString());
    assertTrue(Files.readString(folder.resolve("durable.svg")).contains(">UmaDB<"));
  }

  @Test
  void targetsAreOnlyForSavesWithoutConflicts() {
    String text = report(10, 1).markdown("durable");

    assertTrue(!text.contains("wanted"), text);
  }

  @Test
  void anOpenLoopHasItsShareOfTheRateAndNoTargets() {
    DurableReport.Load closed = DurableReport.Load.closed(256);
    closed.add(Contender.AETHER_STREAM, measured(100));
    closed.add(Contender.AETHER_STREAM, measured(400));
    closed.add(Contender.AETHER_STREAM, measured(200));
    DurableReport.Load open = closed.openAt(50);
    open.add(Contender.AETHER_STREAM, measured(100));
    open.add(Contender.UMADB, measured(100));
    DurableReport report = new DurableReport(Map.of(), List.of(), List.of(open), 0, 1);

    assertEquals(200, closed.rate(Contender.AETHER_STREAM));
    String text = report.markdown("open-loop");
    assertTrue(text.contains("\n## 50 % of the rate with 256 clients, open loop\n"), text);
    assertTrue(!text.contains("wanted"), text);
  }

  @Test
  void replicatedSavesAreComparedWithRawOnes() {
    String text = report(0, 3).markdown("r3");

    assertTrue(text.startsWith("# Durable saves with 3 replicas\n"), text);
    assertTrue(
        text.contains("| Aether, stream / raw jnats: saves/s | ≥ 1.20 | 2.00 | 0.500–9.00 | met |"),
        text);
  }

  private static DurableReport report(int conflicts, int replicas) {
    Map<String, List<Measured>> rounds = new LinkedHashMap<>();
    rounds.put(Contender.AETHER_STREAM, List.of(measured(200), measured(900), measured(200)));
    rounds.put(Contender.RAW, List.of(measured(100), measured(100), measured(400)));
    rounds.put(Contender.UMADB, List.of(measured(100), measured(300), measured(200)));
    return new DurableReport(
        Map.of("cores", "2"),
        List.of("etcd is not installed here."),
        List.of(new DurableReport.Load(256, 0, rounds)),
        conflicts,
        replicas);
  }

  private static Measured measured(long perSecond) {
    Histogram latencies = new Histogram(3);
    latencies.recordValue(Duration.ofNanos(100_000).toNanos());
    return new Measured(perSecond, Duration.ofSeconds(1).toNanos(), latencies);
  }
}
