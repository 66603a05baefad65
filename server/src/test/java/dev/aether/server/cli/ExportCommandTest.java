package dev.aether.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.aether.client.AetherClient;
import dev.aether.client.Bytes;
import dev.aether.client.CallSettings;
import dev.aether.client.Cursor;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NamespaceConfig;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.Snapshot;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.cli.export.ExportOptions;
import dev.aether.server.cli.export.ExportTally;
import dev.aether.server.cli.export.ExportTarget;
import dev.aether.server.cli.export.Exporter;
import dev.aether.server.cli.export.PartFile;
import dev.aether.server.testing.ExportedLines;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ExportCommandTest {
  private final AetherServer source = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));
  private final AetherServer target = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()));
  private final AetherClient client = AetherClient.connect(address(source));

  @AfterEach
  void endServers() {
    client.close();
    source.close();
    target.close();
  }

  @Test
  void anImportRestoresEventsCommitsOrderAndIds() {
    saveAllKinds("default");
    String exported = export(source);

    assertEquals(ExitCode.DONE, importTo(target, exported).exitCode());

    assertEquals(restored(exported), restored(export(target)));
    assertTrue(importTo(target, exported).err().startsWith("0 events imported, 9 already there"));
  }

  @Test
  void dataComeBackByteForByte() {
    List<String> texts =
        List.of(
            "{\n  \"z\": 1.10\n}\n",
            "{ \"a\" : [ ] }",
            " 1",
            "",
            "{",
            "[".repeat(400) + "]".repeat(400));
    for (String text : texts) {
      client.save("a", ExpectedVersion.any(), NewEvent.builder("T").data(Bytes.utf8(text)).build());
    }

    importTo(target, export(source));

    try (AetherClient there = AetherClient.connect(address(target));
        Stream<dev.aether.client.Event> events = there.events("a")) {
      assertEquals(texts, events.map(event -> event.data().toUtf8()).toList());
    }
  }

  @Test
  void aLineHasWhatAnImportNeedsAndWhereItCameFrom() {
    client.save(
        SaveCommand.builder("a", ExpectedVersion.exactly(0))
            .commitId("c")
            .event(NewEvent.builder("T").data(Bytes.utf8("1")).eventId("e").build())
            .build());

    JsonObject line = JsonParser.parseString(export(source)).getAsJsonObject();

    assertEquals(
        List.of(
            "namespace",
            "actorId",
            "version",
            "eventType",
            "time",
            "data",
            "contentType",
            "eventId",
            "commitId",
            "storedAt",
            "partition",
            "position"),
        List.copyOf(line.keySet()));
    assertEquals("default", line.get("namespace").getAsString());
    assertEquals("c", line.get("commitId").getAsString());
  }

  @Test
  void whenAnEventWasStoredFirstIsKeptHoweverOftenItMoves() {
    client.save("a", ExpectedVersion.any(), NewEvent.json("T", "1"));
    String first = export(source);
    String stored = JsonParser.parseString(first).getAsJsonObject().get("storedAt").getAsString();

    importTo(target, first);
    String second = export(target);
    try (AetherServer third = AetherServer.start(ServerConfig.on(new StoreChoice.Memory()))) {
      importTo(third, second);
      for (String line : List.of(second, export(third))) {
        JsonObject event = JsonParser.parseString(line).getAsJsonObject();
        assertEquals(
            stored, event.getAsJsonObject("metadata").get("aether.stored_at").getAsString());
        assertNotEquals(stored, event.get("storedAt").getAsString());
      }
    }
  }

  @Test
  void importedWhereItCameFromItIsThereAlready() {
    saveAllKinds("default");
    String exported = export(source);

    CommandRun run = importTo(source, exported);

    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    assertTrue(run.err().startsWith("0 events imported, 9 already there"), run.err());
    assertEquals(exported, export(source));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 300, 1_000, 2_000})
  void anImportThatIsCutAnywhereIsCompletedByTheNext(int bytes) {
    saveAllKinds("default");
    String exported = export(source);

    assertEquals(ExitCode.FAILED, importCut(exported, bytes));
    CommandRun rest = importTo(target, exported);

    assertEquals(ExitCode.DONE, rest.exitCode(), rest.err());
    assertEquals(restored(exported), restored(export(target)));
  }

  @Test
  void aPatternsNamespacesAreRestoredToTheirOwn() {
    saveAllKinds("shop.a");
    saveAllKinds("shop.b");
    saveAllKinds("other");
    String exported = export(source, "shop.*");
    assertEquals(18, exported.lines().count());

    importTo(target, exported);

    assertEquals(restored(exported), restored(export(target, "shop.*")));
    assertNothingMatches(target, "other");
    assertNothingMatches(target, "default");
  }

  @Test
  void theFlagPutsAllLinesIntoOneNamespaceButNotTwoNamespacesTogether() {
    saveAllKinds("shop.a");
    String one = export(source, "shop.a");

    assertEquals(ExitCode.DONE, importTo(target, one, "--namespace", "n").exitCode());

    assertEquals(9, export(target, "n").lines().count());
    assertNothingMatches(target, "shop.a");
    String two = one + one.lines().findFirst().orElseThrow().replace("shop.a", "shop.b");
    CommandRun refused = importTo(target, two, "--namespace", "n");
    assertEquals(ExitCode.FAILED, refused.exitCode());
    assertTrue(refused.err().contains("line 10: names namespace \"shop.b\""), refused.err());
  }

  @Test
  void theEnvironmentsNamespaceIsForLinesThatNameNone() {
    client.save("a", ExpectedVersion.any(), NewEvent.json("T", "1"));
    String lines = export(source) + "{\"actorId\":\"b\",\"eventType\":\"T\",\"data\":1}\n";

    Terminal terminal = terminal(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)));
    int exitCode =
        CommandLines.execute(
            terminal, Map.of("AETHER_NAMESPACE", "n"), "import", "-", "--server", address(target));

    assertEquals(ExitCode.DONE, exitCode);
    assertTrue(export(target).contains("\"actorId\":\"a\""));
    assertTrue(export(target, "n").contains("\"actorId\":\"b\""));
  }

  @Test
  void whatSubscribePrintsCanBeImported() {
    client.save("a", ExpectedVersion.any(), NewEvent.json("T", "1"));
    String printed =
        CommandRun.of(
                "subscribe",
                "--start",
                "beginning",
                "--until-caught-up",
                "--server",
                address(source))
            .out();

    assertTrue(importTo(target, printed).err().startsWith("1 event imported"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"out.jsonl", "out.jsonl.gz"})
  void aFileIsWrittenAndReadAgain(String name, @TempDir Path folder) throws IOException {
    saveAllKinds("default");
    Path file = folder.resolve(name);

    CommandRun run = CommandRun.of("export", file.toString(), "--server", address(source));

    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    assertEquals("", run.out());
    assertTrue(run.err().startsWith("9 events, 7 commits, 0 snapshots exported, "), run.err());
    assertEquals(
        ExitCode.DONE,
        CommandRun.of("import", file.toString(), "--server", address(target)).exitCode());
    assertEquals(restored(export(source)), restored(export(target)));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void aPipeIsWrittenToAndNotReplaced(@TempDir Path folder) throws Exception {
    saveAllKinds("default");
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    CompletableFuture<String> read =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return Files.readString(pipe);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });

    CommandRun run = CommandRun.of("export", pipe.toString(), "--server", address(source));

    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    assertEquals(export(source), read.get(30, TimeUnit.SECONDS));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(pipe), files.toList());
    }
    assertFalse(Files.isRegularFile(pipe));
  }

  @Test
  void aLinkStaysALinkToTheExport(@TempDir Path folder) throws IOException {
    saveAllKinds("default");
    Path file = Files.createFile(folder.resolve("out.jsonl"));
    Path link = Files.createSymbolicLink(folder.resolve("link.jsonl"), file);

    assertEquals(
        ExitCode.DONE,
        CommandRun.of("export", link.toString(), "--server", address(source)).exitCode());

    assertTrue(Files.isSymbolicLink(link));
    assertEquals(export(source), Files.readString(file));
  }

  @Test
  void anExportThatFailsLeavesNoFileThatLooksWhole(@TempDir Path folder) {
    client.save("a", ExpectedVersion.any(), NewEvent.json("T", "1"));
    Path file = folder.resolve("out.jsonl");
    String nowhere = address(source);
    source.close();

    CommandRun run = CommandRun.of("export", file.toString(), "--server", nowhere);

    assertEquals(ExitCode.UNREACHABLE, run.exitCode(), run.err());
    assertFalse(Files.exists(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"default", "shop.*"})
  void namespacesThatAreNotThereMakeNoFile(String namespaces, @TempDir Path folder)
      throws IOException {
    String file = folder.resolve("out.jsonl").toString();

    CommandRun run = CommandRun.of("export", namespaces, file, "--server", address(source));

    assertEquals(ExitCode.FAILED, run.exitCode());
    assertEquals("aether: no namespace matches " + namespaces + "\n", run.err());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  void anEmptyNamespaceIsExportedAsNothing() {
    client.namespaces().create("shop.x", NamespaceConfig.defaults());

    assertEquals("", export(source, "shop.*"));
  }

  private static void assertNothingMatches(AetherServer server, String namespaces) {
    CommandRun run = CommandRun.of("export", namespaces, "--server", address(server));
    assertEquals(ExitCode.FAILED, run.exitCode(), run.err());
    assertEquals("aether: no namespace matches " + namespaces + "\n", run.err());
  }

  @Test
  void snapshotsMoveWithTheirActorsOnlyOnce() {
    saveAllKinds("default");
    client.saveSnapshot(
        Snapshot.builder("a", 2, Bytes.utf8("{ \"s\": 1.0 }"))
            .metadata("k", "v")
            .timestamp(Instant.parse("2010-10-02T07:20:39.123456789Z"))
            .build());
    client.saveSnapshot(
        Snapshot.builder("é.*.> x", 1, Bytes.copyOf(new byte[] {0, -1}))
            .contentType("image/x")
            .build());
    String exported = export(source);
    assertEquals(11, exported.lines().count());

    CommandRun first = importTo(target, exported);
    CommandRun second = importTo(target, exported);

    assertTrue(first.err().contains("2 snapshots imported, 0 already there"), first.err());
    assertTrue(second.err().contains("0 snapshots imported, 2 already there"), second.err());
    assertEquals(restored(exported), restored(export(target)));
    assertEquals(9, export(source, "default", "-", "--no-snapshots").lines().count());
  }

  @Test
  void aNewerSnapshotStaysAndOneAheadOfItsActorStopsTheImport() {
    client.save("a", ExpectedVersion.any(), NewEvent.json("T", "1"), NewEvent.json("T", "2"));
    client.saveSnapshot(Snapshot.builder("a", 2, Bytes.utf8("2")).build());
    String line = "{\"snapshot\":{\"actorId\":\"%s\",\"version\":%d,\"state\":1}}%n";

    CommandRun older = importTo(source, line.formatted("a", 1));
    CommandRun ahead = importTo(source, line.formatted("b", 1));

    assertTrue(older.err().contains("0 snapshots imported, 1 already there"), older.err());
    assertEquals("2", client.latestSnapshot("a").orElseThrow().state().toUtf8());
    assertEquals(ExitCode.FAILED, ahead.exitCode());
    assertTrue(ahead.err().contains("standard input, line 1: "), ahead.err());
  }

  @Test
  void anInterruptedExportOfANamespaceThatWasRecreatedStartsOver(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("a.jsonl");
    save("a", "x", "c1", NewEvent.json("Old", "1"));
    Map<String, String> incarnations = Map.of("a", client.namespaces().get("a").incarnation());
    String origin = "a of [" + address(source) + "]";
    try (PartFile part = PartFile.open(file, origin, incarnations, Duration.ZERO)) {
      ExportOptions options = new ExportOptions("a", Optional.empty(), false, Optional.empty());
      new Exporter(client, options, unfinished(part), new ExportTally()).run();
    }
    client.namespaces().delete("a");
    save("a", "x", "c2", NewEvent.json("New", "1"));

    CommandRun run = CommandRun.of("export", "a", file.toString(), "--server", address(source));

    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    assertTrue(run.err().contains("starting over: namespace a was recreated"), run.err());
    assertEquals(export(source, "a"), Files.readString(file));
  }

  /** As if the export were interrupted at its end. */
  private static ExportTarget unfinished(PartFile part) {
    return new ExportTarget() {
      @Override
      public void line(String text) throws IOException {
        part.line(text);
      }

      @Override
      public void reached(Cursor cursor) throws IOException {
        part.reached(cursor);
      }

      @Override
      public void finish() {}
    };
  }

  /** Seven commits of nine events. */
  private void saveAllKinds(String namespace) {
    NewEvent full =
        NewEvent.builder("T é")
            .data(Bytes.utf8("{\"z\":1.10,\"a\":[1e400,\"\\u00e9\"]}"))
            .eventId("e 1")
            .commandId("cmd")
            .metadata(Map.of("k", "v\n\u0001", "é", ""))
            .timestamp(Instant.parse("2010-10-02T07:20:39.123456789Z"))
            .build();
    NewEvent bytes = NewEvent.builder("B").data(new byte[] {0, -1}).contentType("image/x").build();
    save(namespace, "a", "c1", full, bytes);
    save(namespace, "é.*.> x", "c1", NewEvent.json("T", "1"));
    save(namespace, "a", "c2", NewEvent.json("T", "{\n}"), full);
    save(namespace, "a", "same", NewEvent.json("T", "1"));
    save(namespace, "a", "same", NewEvent.json("T", "1"));
    save(namespace, "é.*.> x", "c2", NewEvent.json("T", "\"\""));
    save(namespace, "b", "c9", NewEvent.builder("T").build());
  }

  private void save(String namespace, String actor, String commitId, NewEvent... events) {
    CallSettings there = CallSettings.defaults().withNamespace(namespace);
    ExpectedVersion latest = ExpectedVersion.exactly(client.latestVersion(actor, there));
    client.save(
        SaveCommand.builder(actor, latest)
            .namespace(namespace)
            .commitId(commitId)
            .events(List.of(events))
            .build());
  }

  private static List<String> restored(String lines) {
    return ExportedLines.restored(lines.lines()).toList();
  }

  private static String export(AetherServer server, String... args) {
    List<String> all = new ArrayList<>(List.of("export"));
    all.addAll(List.of(args));
    all.addAll(List.of("--server", address(server)));
    CommandRun run = CommandRun.of(all.toArray(String[]::new));
    assertEquals(ExitCode.DONE, run.exitCode(), run.err());
    return run.out();
  }

  private static CommandRun importTo(AetherServer server, String lines, String... args) {
    List<String> all = new ArrayList<>(List.of("import", "-"));
    all.addAll(List.of(args));
    all.addAll(List.of("--server", address(server)));
    return CommandRun.withInput(lines, all.toArray(String[]::new));
  }

  /** Imports from an input that breaks after so many bytes. */
  private int importCut(String lines, int bytes) {
    byte[] start = lines.getBytes(StandardCharsets.UTF_8);
    InputStream in =
        new FilterInputStream(new ByteArrayInputStream(start, 0, bytes)) {
          @Override
          public int read() throws IOException {
            return broken(super.read());
          }

          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            return broken(super.read(buffer, offset, length));
          }

          private int broken(int read) throws IOException {
            if (read < 0) {
              throw new IOException("broken");
            }
            return read;
          }
        };
    return CommandLines.create(terminal(in), Map.of())
        .execute("import", "-", "--server", address(target));
  }

  private static Terminal terminal(InputStream in) {
    return new Terminal(
        in,
        new ByteArrayOutputStream(),
        new PrintStream(OutputStream.nullOutputStream()),
        file -> false);
  }

  private static String address(AetherServer server) {
    return Nodes.text(server.grpcAddress());
  }
}
