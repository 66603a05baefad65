package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.aether.client.AetherClient;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ImportCommandTest {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private final AetherServer server = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));

  @AfterEach
  void endServer() {
    server.close();
  }

  @Test
  void aFileIsStoredInItsOrderAndOnceHoweverOftenItIsImported() {
    String file = file(500, 7);

    assertResult("500 events imported, 0 already there, 7 actors, 500 commits", run(file));
    assertResult("0 events imported, 500 already there, 7 actors, 0 commits", run(file));

    for (int actor = 0; actor < 7; actor++) {
      List<JsonObject> events = events("actor-" + actor);
      for (int i = 0; i < events.size(); i++) {
        assertEquals(i + 1, events.get(i).get("version").getAsLong());
        assertEquals(actor + 7 * i, events.get(i).get("data").getAsInt());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 249, 250, 499})
  void anImportThatWasCutIsCompletedByTheNext(int cut) {
    List<String> lines = file(500, 7).lines().toList();
    String start = String.join("\n", lines.subList(0, cut));

    assertEquals(ExitCode.DONE, run(start).exitCode());

    assertResult(
        Counted.of(500 - cut, "event") + " imported, " + cut + " already there, 7 actors",
        run(file(500, 7)));
  }

  @Test
  void moreBytesThanAStreamTakesAtOnceWaitForRoom() {
    StringBuilder file = new StringBuilder();
    String data = "\"" + "x".repeat(700_000) + "\"";
    for (int actor = 0; actor < 60; actor++) {
      file.append(line("large-" + actor, data));
    }

    assertResult("60 events imported, 0 already there, 60 actors", run(file.toString()));
  }

  @Test
  void someLinesOfEachActorMayBeStoredAlready() {
    Random random = new Random(7);
    List<String> lines = file(300, 11).lines().toList();
    String some = String.join("\n", lines.stream().filter(line -> random.nextInt(3) == 0).toList());
    run(some);
    long before = some.lines().count();

    assertResult(
        "%d events imported, %d already there".formatted(300 - before, before), run(file(300, 11)));
    assertResult("0 events imported, 300 already there", run(file(300, 11)));
  }

  @Test
  void actorsMayHaveOtherEventsBeforeBetweenAndAfter() {
    save("actor-0", "Before");
    run(file(10, 2));
    save("actor-0", "After");

    assertResult("2 events imported, 10 already there", run(file(12, 2)));
    assertResult("0 events imported, 12 already there", run(file(12, 2)));
    assertEquals(8, events("actor-0").size());
    assertEquals(6, events("actor-1").size());
  }

  @Test
  void aLineThatIsThereTwiceIsTwoEvents() {
    String twice = line("a", "1") + line("b", "1") + line("a", "1") + line("a", "1");

    assertResult("4 events imported, 0 already there, 2 actors", run(twice));
    assertResult("0 events imported, 4 already there, 2 actors", run(twice));
    assertResult("1 event imported, 4 already there", run(twice + line("a", "1")));
    assertEquals(4, events("a").size());
  }

  @Test
  void givenIdsAreKeptAndAnIdThatIsThereTwiceIsTwoEvents() {
    String lines =
        """
        {"actorId":"a","eventType":"T","data":1,"eventId":"e","commandId":"c","commitId":"x"}
        {"actorId":"a","eventType":"T","data":2,"eventId":"e","commitId":"y"}
        """;

    assertResult("2 events imported, 0 already there", run(lines));
    assertResult("0 events imported, 2 already there", run(lines));

    JsonObject event = events("a").get(0);
    assertEquals("e", event.get("eventId").getAsString());
    assertEquals("c", event.get("commandId").getAsString());
    assertTrue(subscribed().contains("\"commitId\":\"y\""), "commit ids are kept");
  }

  @Test
  void oneCommitIdMayBeThatOfManyActors() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      String line = "{\"actorId\":\"a%d\",\"eventType\":\"T\",\"data\":1,\"commitId\":\"c\"}%n";
      lines.append(line.formatted(i));
    }

    assertResult(
        "1000 events imported, 0 already there, 1000 actors, 1000 commits", run(lines + ""));
    assertResult("0 events imported, 1000 already there", run(lines + ""));
  }

  @Test
  void consecutiveLinesWithOneCommitIdAreOneCommit() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      lines.append(
          "{\"actorId\":\"a\",\"eventType\":\"T\",\"data\":%d,\"commitId\":\"c%d\"}%n"
              .formatted(i, i / 4));
    }

    assertResult("10 events imported, 0 already there, 1 actor, 3 commits", run(lines + ""));
    assertResult("0 events imported, 10 already there, 1 actor, 0 commits", run(lines + ""));
  }

  @Test
  void valuesComeBackAsTheyWere() {
    run(
        """
        {"actorId":"é.*.> x","eventType":"T","data":{"z":1.10,"a":[1e400,"\\u00e9"]},\
        "time":"2010-10-02T09:20:39.123456789+02:00","metadata":{"k":"v"}}
        {"actorId":"é.*.> x","eventType":"T","dataBase64":"AP8=","contentType":"image/x"}
        """);

    List<String> lines = runClient("events", "é.*.> x").lines();
    assertTrue(
        lines.get(0).contains("\"data\":{\"z\":1.10,\"a\":[1e400,\"\\u00e9\"]}"), lines.get(0));
    assertTrue(
        lines.get(0).contains("\"timestamp\":\"2010-10-02T07:20:39.123456789Z\""), lines.get(0));
    assertTrue(lines.get(0).contains("\"metadata\":{\"k\":\"v\"}"), lines.get(0));
    assertTrue(lines.get(1).contains("\"dataBase64\":\"AP8=\""), lines.get(1));
    assertTrue(lines.get(1).contains("\"contentType\":\"image/x\""), lines.get(1));
  }

  @Test
  void aBadLineStopsItWithItsNumberAndReasonAfterTheLinesBefore() {
    String good = file(20, 3);
    CommandRun run = run(good + "{\"actorId\":\"a\",\"eventType\":\"T\"}\n" + line("z", "1"));

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertEquals("", run.out());
    assertTrue(run.err().contains("standard input, line 21: \"data\" is missing"), run.err());
    assertTrue(run.err().contains("So far: 20 events imported, 0 already there"), run.err());
    assertEquals(List.of(), events("z"));
  }

  @Test
  void aCommitWhoseNextLineIsBadIsNotStoredInPart() {
    String commit =
        "{\"actorId\":\"a\",\"eventType\":\"T\",\"data\":1,\"commitId\":\"c\"}\n".repeat(2);

    assertTrue(run(commit + "{\n").err().contains("So far: 0 events imported"));
    assertResult("2 events imported, 0 already there", run(commit));
  }

  @Test
  void whatTheServerRefusesStopsItWithTheLine() {
    CommandRun run = run(line("a", "1") + line("x".repeat(257), "1"));

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertTrue(run.err().contains("standard input, line 2: "), run.err());
    assertTrue(run.err().contains("So far: 1 event imported"), run.err());
  }

  @Test
  void aGivenVersionIsChecked() {
    String line = "{\"actorId\":\"a\",\"eventType\":\"T\",\"data\":%d,\"version\":%d}%n";
    String good = line.formatted(1, 1) + line.formatted(2, 2);

    assertResult("2 events imported", run(good));
    assertResult("0 events imported, 2 already there", run(good));
    assertTrue(run(line.formatted(3, 5)).err().contains("line 1: has version 5 but would get 3"));
  }

  @Test
  void importsThatRunTogetherStoreEachLineOnce() throws Exception {
    String file = file(1000, 5);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<CommandRun>> runs =
          IntStream.range(0, 3).mapToObj(i -> threads.submit(() -> run(file))).toList();
      int imported = 0;
      for (Future<CommandRun> run : runs) {
        assertEquals(ExitCode.DONE, run.get().exitCode(), run.get().err());
        imported += Integer.parseInt(run.get().err().replaceFirst("(?s) .*", ""));
      }
      assertEquals(1000, imported);
    } finally {
      threads.shutdownNow();
    }

    assertEquals(1000, subscribed().lines().count());
    for (int actor = 0; actor < 5; actor++) {
      List<Integer> data =
          events("actor-" + actor).stream().map(event -> event.get("data").getAsInt()).toList();
      assertEquals(data.stream().sorted().distinct().toList(), data);
    }
  }

  @Test
  void aWriterBesideTheImportMakesItDecideAnew() throws Exception {
    ExecutorService writer = Executors.newSingleThreadExecutor();
    try (AetherClient client = AetherClient.connect(Nodes.text(server.grpcAddress()))) {
      Future<Integer> written =
          writer.submit(
              () -> {
                int saved = 0;
                while (!Thread.currentThread().isInterrupted()
                    && client.latestVersion("actor-0") < 150) {
                  client.save("actor-0", ExpectedVersion.any(), NewEvent.json("Other", "0"));
                  saved++;
                }
                return saved;
              });

      CommandRun run = run(file(200, 2));

      assertResult("200 events imported, 0 already there, 2 actors", run);
      int saved = written.get();
      assertEquals(100 + saved, events("actor-0").size());
    } finally {
      writer.shutdownNow();
    }
    Set<String> ids = new HashSet<>();
    events("actor-0").forEach(event -> assertTrue(ids.add(event.get("eventId").getAsString())));
  }

  @Test
  void aFileThatIsNotThereIsOneLineOnStandardError() {
    CommandRun run = runClient("import", "/does/not/exist.jsonl");

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertEquals("aether: /does/not/exist.jsonl does not exist\n", run.err());
  }

  @Test
  void allMembersOfGzipComeThroughAPipeThatPausesBetweenThem(@TempDir Path folder)
      throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    ExecutorService writer = Executors.newSingleThreadExecutor();
    try (AetherClient client = AetherClient.connect(Nodes.text(server.grpcAddress()))) {
      Future<?> written =
          writer.submit(
              () -> {
                try (OutputStream out = Files.newOutputStream(pipe)) {
                  for (int i = 1; i <= 3; i++) {
                    out.write(gzip(line("a", String.valueOf(i))));
                    int stored = i; // The import has taken this member and waits for the next.
                    Await.until("event " + i, BOUND, () -> client.latestVersion("a") == stored);
                  }
                }
                return null;
              });

      assertResult("3 events imported, 0 already there", runClient("import", pipe.toString()));
      written.get();
    } finally {
      writer.shutdownNow();
    }
  }

  @Test
  void aDamagedSecondMemberOfAFileStopsItAfterTheFirst(@TempDir Path folder) throws Exception {
    byte[] second = gzip(line("b", "2"));
    second[2] = 9; // No such method of compression.
    Path file = folder.resolve("damaged.jsonl"); // The name says nothing.
    Files.write(file, gzip(line("a", "1")));
    Files.write(file, second, StandardOpenOption.APPEND);

    CommandRun run = runClient("import", file.toString());

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertTrue(
        run.err()
            .contains("line 2: cannot be read: member 2 of the gzip data has a damaged header"),
        run.err());
    assertTrue(run.err().contains("So far: 1 event imported"), run.err());
  }

  @Test
  void plainTextMayBeCalledGz(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("plain.jsonl.gz"), file(3, 1));

    assertResult("3 events imported", runClient("import", file.toString()));
  }

  @Test
  void aFileFromWindowsIsTheSameFile() {
    assertResult("3 events imported, 0 already there", run(file(3, 1)));
    assertResult(
        "0 events imported, 3 already there",
        run("\ufeff" + file(3, 1).replace("\n", "\r\n") + "\r\n"));
  }

  @Test
  void anEmptyFileHasNothingToImport() {
    for (String empty : List.of("", "\n", "\r\n\n", "\ufeff")) {
      assertResult("0 events imported, 0 already there", run(empty));
    }
  }

  @Test
  void onlyLineFeedsEndLines() {
    CommandRun run = run(file(2, 1).replace("\n", "\r"));

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertTrue(run.err().contains("line 1: not valid JSON near column"), run.err());
  }

  @Test
  void aFileThatIsOneJsonArrayIsNamedSo() {
    CommandRun run = run(" [" + file(2, 1).strip().replace("\n", ",\n") + "]");

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertTrue(
        run.err().contains("line 1: is a JSON array, but import needs one object per line"),
        run.err());
  }

  @Test
  void aFolderAndABadNameAreOneLineOnStandardError(@TempDir Path folder) {
    assertEquals(
        "aether: " + folder + " is a folder\n", runClient("import", folder.toString()).err());
    assertEquals(
        "aether: 'a\0b' is not a file name: Nul character not allowed\n",
        runClient("import", "a\0b").err());
  }

  @Test
  void aClosedStandardInputIsTold() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "\"$0\" \"$@\" 2>&1 <&-",
                java,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "import",
                "-",
                "--server",
                Nodes.text(server.grpcAddress()))
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertTrue(said.contains("line 1: cannot be read: standard input is closed"), said);
    assertEquals(ExitCode.FAILED, process.waitFor());
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return packed.toByteArray();
  }

  /** Lines whose data is their number. */
  private static String file(int lines, int actors) {
    StringBuilder file = new StringBuilder();
    for (int i = 0; i < lines; i++) {
      file.append(line("actor-" + i % actors, String.valueOf(i)));
    }
    return file.toString();
  }

  private static String line(String actor, String data) {
    return "{\"actorId\":\"%s\",\"eventType\":\"T\",\"data\":%s}\n".formatted(actor, data);
  }

  private void save(String actor, String type) {
    assertEquals(ExitCode.DONE, runClient("save", "--actor", actor, "--type", type).exitCode());
  }

  private List<JsonObject> events(String actor) {
    return runClient("events", actor).lines().stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  private String subscribed() {
    return runClient("subscribe", "--start", "beginning", "--until-caught-up").out();
  }

  private CommandRun run(String file) {
    return CommandRun.withInput(file, "import", "-", "--server", Nodes.text(server.grpcAddress()));
  }

  private CommandRun runClient(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--server", Nodes.text(server.grpcAddress())));
    return CommandRun.of(all.toArray(String[]::new));
  }

  private static void assertResult(String expected, CommandRun run) {
    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    assertTrue(run.err().startsWith(expected), run.err());
    assertEquals("", run.out());
  }
}
