package dev.aether.server.reallog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.aether.client.AetherClient;
import dev.aether.client.Event;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.ExportedLines;
import dev.aether.server.testing.TestNatsBinary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Real event logs through the whole house: file → command line → gRPC → JetStream on disk → back.
 */
class RealLogIT {
  private static final Path LOGS = Path.of("..", "..", "shared", "data");

  /** Of some 17 MB. */
  private static final long CUT_BYTES = 4_000_000;

  private static final Duration CUT_WAIT = Duration.ofMinutes(10);

  /** A line of a file, as far as it must come back. */
  private record Line(String type, OffsetDateTime time, String data) {}

  @ParameterizedTest(name = "{0}: {1} events of {2} actors")
  @CsvSource({"receipt.jsonl.gz, 8577, 1434", "bpic2012.jsonl.gz, 262200, 13087"})
  void aRealLogIsStoredOnceAndComesBackAsItWasAlsoAfterAKill(
      String name, int events, int actors, @TempDir Path data)
      throws IOException, InterruptedException {
    Path file = LOGS.resolve(name);
    assertTrue(Files.exists(file), () -> "the real logs are missing: " + file.toAbsolutePath());

    JarProcess.Node node = JarProcess.serve(data, TestNatsBinary.get().path());
    try {
      // Of a slow disk's saves some may be sent twice, and then count as already there.
      imports(node, file, " already there, " + actors + " actors");
      imports(node, file, "0 events imported, " + events + " already there, " + actors + " actors");
      node.kill();
      node = JarProcess.serve(data, TestNatsBinary.get().path());
      comesBack(node, read(file), events, actors);
      imports(node, file, "0 events imported, " + events + " already there, " + actors + " actors");
    } finally {
      node.stop();
    }
  }

  @Test
  void aRealLogMovesToAnotherServerWholeAlsoWhenExportAndImportAreKilledInTheMiddle(
      @TempDir Path folder) throws IOException, InterruptedException {
    Path nats = TestNatsBinary.get().path();
    Path moved = folder.resolve("moved.jsonl.gz");
    Path back = folder.resolve("back.jsonl.gz");
    JarProcess.Node from = JarProcess.serve(folder.resolve("from"), nats);
    try {
      imports(from, LOGS.resolve("bpic2012.jsonl.gz"), "already there, 13087 actors");
      cutExport(from, moved);
      exports(from, moved);
    } finally {
      from.stop();
    }
    JarProcess.Node to = JarProcess.serve(folder.resolve("to"), nats);
    try {
      cutImport(to, moved);
      imports(to, moved, "already there, 13087 actors");
      imports(to, moved, "0 events imported, 262200 already there, 13087 actors");
      exports(to, back);
    } finally {
      to.stop();
    }
    assertEquals(restored(moved), restored(back));
  }

  private static void cutExport(JarProcess.Node node, Path file)
      throws IOException, InterruptedException {
    Process export = JarProcess.begin("export", "--server", node.address(), file.toString());
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Await.until("some of the export", CUT_WAIT, () -> size(part) > CUT_BYTES);
    kill(export);
    assertFalse(Files.exists(file), "cut, and looks whole");
  }

  private static void cutImport(JarProcess.Node node, Path file)
      throws IOException, InterruptedException {
    Process cut = JarProcess.begin("import", "--server", node.address(), file.toString());
    String actor = actorInTheMiddle(file);
    try (AetherClient client = AetherClient.connect(node.address())) {
      Await.until("half of the import", CUT_WAIT, () -> client.latestVersion(actor) > 0);
    }
    kill(cut);
  }

  private static String actorInTheMiddle(Path file) throws IOException {
    try (BufferedReader in = open(file)) {
      String line = in.lines().skip(131_100).findFirst().orElseThrow();
      return JsonParser.parseString(line).getAsJsonObject().get("actorId").getAsString();
    }
  }

  private static void kill(Process process) throws InterruptedException {
    assertTrue(process.isAlive(), "it was to be cut before its end");
    process.destroyForcibly().waitFor();
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      return 0; // It was removed at this moment.
    }
  }

  private static void exports(JarProcess.Node node, Path file)
      throws IOException, InterruptedException {
    JarProcess.Outcome outcome =
        JarProcess.run("export", "--server", node.address(), file.toString());
    System.out.printf(
        "export in %.1f s: %s%n", outcome.took().toMillis() / 1000.0, outcome.err().strip());
    assertEquals(0, outcome.exitCode(), outcome.err());
  }

  /** Sorted: the lines of actors that were saved at once stand in another order. */
  private static List<String> restored(Path file) throws IOException {
    try (BufferedReader in = open(file)) {
      List<String> lines = ExportedLines.restored(in.lines()).toList();
      assertEquals(262_200, lines.size());
      return lines;
    }
  }

  private static void imports(JarProcess.Node node, Path file, String said)
      throws IOException, InterruptedException {
    JarProcess.Outcome outcome =
        JarProcess.run("import", "--server", node.address(), file.toString());
    System.out.printf(
        "%s in %.1f s: %s%n",
        file.getFileName(), outcome.took().toMillis() / 1000.0, outcome.err().strip());
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.err().contains(said), outcome.err());
  }

  private static Map<String, List<Line>> read(Path file) throws IOException {
    Map<String, List<Line>> actors = new LinkedHashMap<>();
    try (BufferedReader in = open(file)) {
      in.lines()
          .map(line -> JsonParser.parseString(line).getAsJsonObject())
          .forEach(
              line ->
                  actors
                      .computeIfAbsent(line.get("actorId").getAsString(), id -> new ArrayList<>())
                      .add(line(line)));
    }
    return actors;
  }

  private static BufferedReader open(Path file) throws IOException {
    return new BufferedReader(
        new InputStreamReader(
            new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8));
  }

  private static Line line(JsonObject line) {
    return new Line(
        line.get("eventType").getAsString(),
        OffsetDateTime.parse(line.get("time").getAsString()),
        line.get("data").toString());
  }

  private static void comesBack(
      JarProcess.Node node, Map<String, List<Line>> wanted, int events, int actors) {
    int seen = 0;
    try (AetherClient client = AetherClient.connect(node.address())) {
      for (Map.Entry<String, List<Line>> actor : wanted.entrySet()) {
        List<Event> found;
        try (Stream<Event> stored = client.events(actor.getKey())) {
          found = stored.toList();
        }
        assertEquals(actor.getValue().size(), found.size(), actor.getKey());
        for (int i = 0; i < found.size(); i++) {
          Line line = actor.getValue().get(i);
          Event event = found.get(i);
          assertEquals(i + 1, event.version());
          assertEquals(line.type(), event.type());
          assertEquals(line.time().toInstant(), event.timestamp());
          assertEquals(
              JsonParser.parseString(line.data()), JsonParser.parseString(event.data().toUtf8()));
          seen++;
        }
      }
    }
    assertEquals(events, seen);
    assertEquals(actors, wanted.size());
  }
}
