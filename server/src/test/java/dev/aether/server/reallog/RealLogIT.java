package dev.aether.server.reallog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.aether.client.AetherClient;
import dev.aether.client.Event;
import dev.aether.server.testing.TestNatsBinary;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Real event logs through the whole house: file → command line → gRPC → JetStream on disk → back.
 */
class RealLogIT {
  private static final Path LOGS = Path.of("..", "..", "shared", "data");

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
      imports(node, file, events + " events imported, 0 already there, " + actors + " actors");
      imports(node, file, "0 events imported, " + events + " already there, " + actors + " actors");
      node.kill();
      node = JarProcess.serve(data, TestNatsBinary.get().path());
      comesBack(node, read(file), events, actors);
      imports(node, file, "0 events imported, " + events + " already there, " + actors + " actors");
    } finally {
      node.stop();
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
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
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
