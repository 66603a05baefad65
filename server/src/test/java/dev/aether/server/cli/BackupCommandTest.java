package dev.aether.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.aether.client.AetherClient;
import dev.aether.client.Bytes;
import dev.aether.client.CallSettings;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.Snapshot;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.store.jetstream.wire.NatsPermissions;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.NatsUsers;
import dev.aether.server.testing.SmallDisk;
import dev.aether.server.testing.TestNatsBinary;
import dev.aether.server.testing.TestNatsCluster;
import dev.aether.server.testing.TestNatsOptions;
import dev.aether.server.testing.TestNatsServer;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Backups of real NATS servers, and what is restored from them. */
@Timeout(180)
class BackupCommandTest {
  private static final int WRITERS = 4;

  /** How many actors have snapshots that are replaced. */
  private static final int SMALL = 8;

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final long LONGER_THAN_A_REQUEST_SECONDS = 11;

  private final Path folder;

  BackupCommandTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private static AetherServer node(String urls, int replicas) {
    return AetherServer.start(
        ServerConfig.on(new StoreChoice.Nats(List.of(urls.split(",")), SOON))
            .withReplicas(replicas));
  }

  private static AetherServer embedded(Path data) {
    return AetherServer.start(
        ServerConfig.on(new StoreChoice.Embedded(data, Optional.of(TestNatsBinary.get().path()))));
  }

  private static String address(AetherServer server) {
    return "127.0.0.1:" + server.grpcAddress().getPort();
  }

  private static CommandRun done(String... args) {
    CommandRun run = CommandRun.of(args);
    assertEquals(ExitCode.DONE, run.exitCode(), () -> Arrays.toString(args) + ": " + run.err());
    return run;
  }

  private static String failed(String... args) {
    CommandRun run = CommandRun.of(args);
    assertEquals(ExitCode.FAILED, run.exitCode(), () -> Arrays.toString(args) + ": " + run.err());
    assertFalse(run.err().contains("\tat "), run.err());
    return run.err();
  }

  private static CommandRun on(AetherServer server, String... args) {
    return done(
        Stream.concat(Stream.of(args), Stream.of("--server", address(server)))
            .toArray(String[]::new));
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  private static void save(AetherClient client, String namespace, String actor, long expected) {
    var unused =
        client.save(
            SaveCommand.builder(actor, ExpectedVersion.exactly(expected))
                .namespace(namespace)
                .commitId(actor + "-" + expected)
                .event(NewEvent.json("Happened", "{\"n\":" + expected + "}"))
                .build());
  }

  private static void saveSnapshot(AetherClient client, String namespace, String actor, long at) {
    client.saveSnapshot(
        Snapshot.builder(actor, at, Bytes.utf8("{\"state\":" + at + "}")).build(),
        CallSettings.defaults().withNamespace(namespace));
  }

  /** Events of an export with a position up to a limit, and all snapshots. */
  private static List<String> upTo(long position, String export) {
    return export
        .lines()
        .filter(
            line -> {
              JsonObject json = JsonParser.parseString(line).getAsJsonObject();
              return !json.has("position") || json.get("position").getAsLong() <= position;
            })
        .toList();
  }

  private static long lastPosition(CommandRun backup, String namespace) {
    return backup.lines().stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .filter(line -> line.get("namespace").getAsString().equals(namespace))
        .map(line -> line.getAsJsonObject("log").get("lastPosition").getAsLong())
        .findFirst()
        .orElseThrow();
  }

  /** What the test does with one store before it is destroyed, and with its successor. */
  private final class Life {
    private final AtomicLong[] saved = new AtomicLong[WRITERS];
    private final Path cursor = folder.resolve("cursor");
    private final List<String> seen = new ArrayList<>();
    private volatile boolean writing = true;
    private long backedUp;
    private String exported = "";
    private String quiet = "";
    private String snapshots = "";

    void follow(AetherServer server) {
      seen.addAll(
          on(
                  server,
                  "subscribe",
                  "load",
                  "--start",
                  "beginning",
                  "--until-caught-up",
                  "--cursor-file",
                  cursor.toString())
              .lines());
    }

    private void write(AetherServer server, int number) {
      saved[number] = new AtomicLong();
      try (AetherClient client = AetherClient.connect(address(server))) {
        while (writing) {
          save(client, "load", "actor-" + number, saved[number].get());
          saved[number].incrementAndGet();
        }
      }
    }

    /** Saves to two namespaces, and makes a backup under the load of writers. */
    void live(AetherServer server, String... backup) throws Exception {
      try (AetherClient client = AetherClient.connect(address(server))) {
        for (int i = 0; i < 20; i++) {
          save(client, "shop.eu", "order-" + i, 0);
        }
        saveSnapshot(client, "shop.eu", "order-3", 1);
      }
      quiet = on(server, "export", "shop.eu").out();
      ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
      try {
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
          int number = i;
          writers.add(threads.submit(() -> write(server, number)));
        }
        awaitSaves(50);
        follow(server);
        long before = Arrays.stream(saved).mapToLong(AtomicLong::get).sum();
        CommandRun run = done(backup);
        backedUp = lastPosition(run, "load");
        assertTrue(backedUp >= before, backedUp + " of at least " + before);
        awaitSaves(20);
        writing = false;
        for (Future<?> writer : writers) {
          writer.get(SOON.toSeconds(), TimeUnit.SECONDS);
        }
      } finally {
        writing = false;
        threads.shutdownNow();
      }
      exported = on(server, "export", "load").out();
      snapshots = on(server, "snapshot", "get", "order-3", "--namespace", "shop.eu").out();
    }

    private void awaitSaves(int more) {
      for (int i = 0; i < WRITERS; i++) {
        int number = i;
        Await.until("a writer", SOON, () -> saved[number] != null);
        long before = saved[number].get();
        Await.until("saves", SOON, () -> saved[number].get() >= before + more);
      }
    }

    /** Checks that a restored store goes on where the backup was. */
    void goesOn(AetherServer server) {
      assertEquals(upTo(backedUp, exported), on(server, "export", "load").lines());
      assertEquals(quiet, on(server, "export", "shop.eu").out());
      assertEquals(
          snapshots, on(server, "snapshot", "get", "order-3", "--namespace", "shop.eu").out());

      follow(server);
      assertEquals(
          on(server, "subscribe", "load", "--start", "beginning", "--until-caught-up").lines(),
          seen);

      JsonObject repeated =
          JsonParser.parseString(
                  on(
                          server,
                          "save",
                          "--namespace",
                          "load",
                          "--actor",
                          "actor-1",
                          "--type",
                          "Happened",
                          "--data",
                          "{\"n\":0}",
                          "--expect",
                          "0",
                          "--commit-id",
                          "actor-1-0")
                      .out())
              .getAsJsonObject();
      assertTrue(repeated.get("replayed").getAsBoolean());

      long version =
          JsonParser.parseString(on(server, "latest", "actor-1", "--namespace", "load").out())
              .getAsJsonObject()
              .get("version")
              .getAsLong();
      try (AetherClient client = AetherClient.connect(address(server))) {
        save(client, "load", "actor-1", version);
        saveSnapshot(client, "load", "actor-1", version + 1);
        save(client, "shop.eu", "order-3", 1);
        saveSnapshot(client, "shop.eu", "order-3", 2);
      }
      seen.clear();
      follow(server);
      assertEquals(1, seen.size());
      assertEquals(
          backedUp + 1,
          JsonParser.parseString(seen.get(0)).getAsJsonObject().get("position").getAsLong());
    }
  }

  @Test
  void aStoreThatIsBackedUpUnderLoadIsRestoredAndGoesOnOnAnotherServer() throws Exception {
    Life life = new Life();
    try (TestNatsServer nats = TestNatsServer.start();
        AetherServer server = node(nats.url(), 1)) {
      life.live(server, "backup", path("b"), "--nats", nats.url());
    }
    CommandRun verified = done("backup", "--verify", path("b"));
    assertTrue(verified.err().startsWith("2 namespaces, "), verified.err());
    try (TestNatsServer nats = TestNatsServer.start()) {
      CommandRun dry = done("restore", path("b"), "--nats", nats.url(), "--dry-run");
      assertEquals(2, dry.lines().size());
      assertEquals(List.of(), nats.storedStreams());
      done("restore", path("b"), "--nats", nats.url());
      // Nothing was saved since, so there is nothing to do.
      CommandRun again = done("restore", path("b"), "--nats", nats.url());
      assertTrue(again.err().startsWith("0 namespaces, 0 records restored"), again.err());
      try (AetherServer server = node(nats.url(), 1)) {
        life.goesOn(server);
        String refusal = failed("restore", path("b"), "--nats", nats.url());
        assertTrue(refusal.contains("namespace load exists already (and 1 more)"), refusal);
      }
    }
  }

  @Test
  void aClusterThatWasDestroyedIsRestoredAndGoesOn() throws Exception {
    Life life = new Life();
    try (TestNatsCluster nats = TestNatsCluster.start(3);
        AetherServer server = node(nats.urls(), 3)) {
      life.live(server, "backup", path("b"), "--nats", nats.urls());
    }
    try (TestNatsCluster nats = TestNatsCluster.start(3)) {
      restoreOnceTheClusterIsWhole(nats, path("b"));
      try (AetherServer server = node(nats.urls(), 3)) {
        life.goesOn(server);
        assertTrue(on(server, "namespaces", "get", "load").out().contains("\"replicas\":3"));
      }
    }
  }

  /**
   * Servers that were just started answer nothing before they have a leader, and a new leader
   * refuses three replicas before it has heard of three servers.
   */
  private static void restoreOnceTheClusterIsWhole(TestNatsCluster nats, String backup)
      throws Exception {
    nats.kill(0);
    nats.kill(1);
    nats.kill(2);
    nats.restart(0);
    CompletableFuture<CommandRun> restore =
        CompletableFuture.supplyAsync(
            () -> CommandRun.of("restore", backup, "--nats", nats.urls()));
    assertGoesOn(restore, "without a leader");
    nats.restart(1);
    nats.awaitStreamOf(2);
    assertGoesOn(restore, "with two servers of three");
    nats.restart(2);
    CommandRun run = restore.get(SOON.toSeconds(), TimeUnit.SECONDS);
    assertEquals(ExitCode.DONE, run.exitCode(), run::err);
  }

  private static void assertGoesOn(CompletableFuture<CommandRun> restore, String when) {
    assertThrows(
        TimeoutException.class,
        () -> restore.get(LONGER_THAN_A_REQUEST_SECONDS, TimeUnit.SECONDS),
        () -> "it ended " + when + ": " + restore.join().err());
  }

  @Test
  void anEmbeddedStoreIsBackedUpWhileItsNodeRunsAndMovesToACluster() throws Exception {
    Life life = new Life();
    Path data = folder.resolve("data");
    try (AetherServer server = embedded(data)) {
      life.live(server, "backup", path("running"), "--data", data.toString());
      String refusal = failed("restore", path("running"), "--data", data.toString());
      assertTrue(refusal.contains("exists already"), refusal);
    }
    String natsServer = TestNatsBinary.get().path().toString();
    CommandRun stopped =
        done("backup", path("stopped"), "--data", data.toString(), "--nats-server", natsServer);
    assertEquals(life.exported.lines().count(), lastPosition(stopped, "load"));
    Path other = folder.resolve("other");
    CommandRun dry =
        done(
            "restore",
            path("running"),
            "--dry-run",
            "--data",
            other.toString(),
            "--nats-server",
            natsServer);
    assertEquals(2, dry.lines().size());
    assertFalse(Files.exists(other));
    done("restore", path("running"), "--data", other.toString(), "--nats-server", natsServer);
    try (AetherServer server = embedded(other)) {
      assertEquals(upTo(life.backedUp, life.exported), on(server, "export", "load").lines());
    }
    try (TestNatsCluster nats = TestNatsCluster.start(3)) {
      done("restore", path("running"), "--nats", nats.urls(), "--replicas", "3");
      try (AetherServer server = node(nats.urls(), 3)) {
        life.goesOn(server);
        assertTrue(on(server, "namespaces", "get", "load").out().contains("\"replicas\":3"));
      }
    }
    try (TestNatsServer nats = TestNatsServer.start()) {
      String refusal = failed("restore", path("running"), "--nats", nats.url(), "--replicas", "3");
      assertTrue(refusal.contains("cannot have 3 replicas of a stream: use --replicas 1"), refusal);
      assertEquals(List.of(), nats.storedStreams());
    }
  }

  @Test
  void aDeletedNamespaceIsRestoredWhileTheNodesRun() {
    try (TestNatsServer nats = TestNatsServer.start();
        AetherServer server = node(nats.url(), 1);
        AetherServer second = node(nats.url(), 1);
        AetherClient client = AetherClient.connect(address(server));
        AetherClient other = AetherClient.connect(address(second))) {
      save(client, "a", "actor", 0);
      save(client, "b", "actor", 0);
      saveSnapshot(client, "a", "actor", 1);
      done("backup", path("b"), "--nats", nats.url());
      // Both nodes know a later head, which the backup does not have.
      save(client, "a", "actor", 1);
      save(other, "a", "actor", 2);
      client.namespaces().delete("a");
      String refusal = failed("restore", path("b"), "--nats", nats.url());
      String exists =
          "namespace b exists already, and a restore overwrites nothing. To get the backup's b,"
              + " first delete the one that exists";
      assertTrue(
          refusal.endsWith(exists + "; to keep it, restore the others by their names, such as a\n"),
          refusal);
      String named = failed("restore", path("b"), "b", "--nats", nats.url());
      assertTrue(named.endsWith(exists + "\n"), named);
      String missing = failed("restore", path("b"), "none.*", "--nats", nats.url());
      assertTrue(missing.endsWith("no namespace of the backup matches none.*\n"), missing);

      done("restore", path("b"), "a", "--nats", nats.url());

      for (AetherClient each : List.of(client, other)) {
        CallSettings inA = CallSettings.defaults().withNamespace("a");
        Await.until("the namespace", SOON, () -> each.latestVersion("actor", inA) == 1);
        assertEquals(1, each.latestSnapshot("actor", inA).orElseThrow().version());
      }
      save(other, "a", "actor", 1);
      save(client, "a", "actor", 2);
      saveSnapshot(client, "a", "actor", 3);
      assertEquals(3, on(server, "events", "actor", "--namespace", "a").lines().size());
      assertEquals(3, on(second, "events", "actor", "--namespace", "a").lines().size());
    }
  }

  /**
   * Large snapshots, whose copy takes a while, and small ones after them, which are replaced before
   * nats-server gets to them.
   */
  private static void saveForALongCopy(AetherClient client) {
    byte[] dense = new byte[400_000];
    Random random = new Random(1);
    for (int i = 0; i < 120; i++) {
      random.nextBytes(dense);
      save(client, "a", "large-" + i, 0);
      client.saveSnapshot(
          Snapshot.builder("large-" + i, 1, Bytes.copyOf(dense)).build(),
          CallSettings.defaults().withNamespace("a"));
    }
    for (int i = 0; i < SMALL; i++) {
      SaveCommand.Builder events =
          SaveCommand.builder("small-" + i, ExpectedVersion.exactly(0)).namespace("a");
      for (int n = 0; n < 1000; n++) {
        events.event(NewEvent.json("Happened", "1"));
      }
      var unused = client.save(events.build());
      saveSnapshot(client, "a", "small-" + i, 1);
    }
  }

  private static long snapshots(AetherServer server) {
    return on(server, "export", "a").lines().stream()
        .filter(line -> line.startsWith("{\"snapshot\""))
        .count();
  }

  @Test
  void snapshotsThatAreReplacedDuringTheirCopyAreInTheNextOne() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start()) {
      try (AetherServer server = node(nats.url(), 1);
          AetherClient client = AetherClient.connect(address(server))) {
        saveForALongCopy(client);
        CompletableFuture<CommandRun> backup =
            CompletableFuture.supplyAsync(
                () -> CommandRun.of("backup", path("b"), "--nats", nats.url()));
        Await.until("the copy", SOON, () -> Files.exists(folder.resolve("b.incomplete")));
        for (int i = 0; i < SMALL; i++) {
          saveSnapshot(client, "a", "small-" + i, 2);
        }
        CommandRun run = backup.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertEquals(ExitCode.DONE, run.exitCode(), run::err);
        assertEquals(1, run.err().lines().count(), run.err());
      }
    }
    try (TestNatsServer nats = TestNatsServer.start()) {
      done("restore", path("b"), "--nats", nats.url());
      try (AetherServer server = node(nats.url(), 1)) {
        assertEquals(120 + SMALL, snapshots(server));
      }
    }
  }

  @Test
  void aBackupIsRestoredEvenIfSnapshotsWereReplacedAllTheTime() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start()) {
      try (AetherServer server = node(nats.url(), 1);
          AetherClient client = AetherClient.connect(address(server))) {
        saveForALongCopy(client);
        AtomicLong version = new AtomicLong(1);
        AtomicBoolean isSaving = new AtomicBoolean(true);
        CompletableFuture<Void> saves =
            CompletableFuture.runAsync(
                () -> {
                  while (isSaving.get()) {
                    long next = version.incrementAndGet();
                    for (int i = 0; i < SMALL; i++) {
                      client.saveSnapshot(
                          Snapshot.builder(
                                  "small-" + i, Math.min(next, 1000), Bytes.utf8("" + next))
                              .build(),
                          CallSettings.defaults().withNamespace("a"));
                    }
                  }
                });
        Await.until("snapshots", SOON, () -> version.get() > 2);
        CommandRun run = done("backup", path("b"), "--nats", nats.url());
        isSaving.set(false);
        saves.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertTrue(
            run.err()
                .startsWith(
                    "aether: snapshots of namespace a were saved during each of 3 attempts"),
            run.err());
      }
    }
    done("backup", "--verify", path("b"));
    try (TestNatsServer nats = TestNatsServer.start()) {
      done("restore", path("b"), "--nats", nats.url());
      CommandRun again = done("restore", path("b"), "--nats", nats.url());
      assertTrue(again.err().startsWith("0 namespaces, 0 records restored"), again.err());
      try (AetherServer server = node(nats.url(), 1);
          AetherClient client = AetherClient.connect(address(server))) {
        assertTrue(snapshots(server) >= 120);
        saveSnapshot(client, "a", "small-0", 1000);
      }
    }
  }

  @Test
  void anInterruptedRestoreIsContinuedByTheNextRun() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start();
        AetherServer server = node(nats.url(), 1);
        AetherClient client = AetherClient.connect(address(server))) {
      Random random = new Random(1);
      for (int i = 0; i < 400; i++) {
        byte[] incompressible = new byte[10_000];
        random.nextBytes(incompressible);
        var unused =
            client.save(
                SaveCommand.builder("actor", ExpectedVersion.exactly(i))
                    .namespace("big")
                    .event(NewEvent.builder("Random").data(Bytes.copyOf(incompressible)).build())
                    .build());
      }
      save(client, "small", "actor", 0);
      done("backup", path("b"), "--nats", nats.url());
    }
    Path log = file("b", "-big.snapshot");
    byte[] whole = Files.readAllBytes(log);
    try (TestNatsServer nats = TestNatsServer.start()) {
      PartialRestore.run(folder.resolve("b"), nats.url(), log);
      assertEquals(1, nats.storedStreams().size());
      done("restore", path("b"), "--nats", nats.url());
      try (AetherServer server = node(nats.url(), 1)) {
        assertEquals(400, on(server, "events", "actor", "--namespace", "big").lines().size());
        assertEquals(1, on(server, "events", "actor", "--namespace", "small").lines().size());
      }
    }
    assertEquals(whole.length, Files.size(log));
  }

  private Path file(String backup, String end) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(backup))) {
      return files.filter(file -> file.toString().endsWith(end)).findFirst().orElseThrow();
    }
  }

  @Test
  void aDamagedOrIncompleteBackupIsNeverRestored() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start()) {
      try (AetherServer server = node(nats.url(), 1);
          AetherClient client = AetherClient.connect(address(server))) {
        save(client, "a", "actor", 0);
        done("backup", path("b"), "--nats", nats.url());
        assertTrue(failed("backup", path("b"), "--nats", nats.url()).contains("exists already"));
        assertTrue(
            failed("backup", path("c"), "nothing.*", "--nats", nats.url())
                .contains("no namespace matches"));
      }
      Path log = file("b", "-a.snapshot");
      try (RandomAccessFile bytes = new RandomAccessFile(log.toFile(), "rw")) {
        bytes.seek(log.toFile().length() / 2);
        int before = bytes.read();
        bytes.seek(log.toFile().length() / 2);
        bytes.write(before ^ 1);
      }
      String damaged = failed("backup", "--verify", path("b"));
      assertTrue(damaged.contains(log.getFileName() + " does not have the checksum"), damaged);
      try (TestNatsServer other = TestNatsServer.start()) {
        assertTrue(failed("restore", path("b"), "--nats", other.url()).contains("is damaged"));
        Files.delete(log);
        assertTrue(failed("restore", path("b"), "--nats", other.url()).contains("is missing"));
        Files.delete(folder.resolve("b").resolve("SHA256SUMS"));
        assertTrue(
            failed("restore", path("b"), "--nats", other.url())
                .contains("is not a complete backup"));
        assertEquals(List.of(), other.storedStreams());
        assertTrue(
            failed("backup", path("d"), "--nats", other.url())
                .contains("this NATS has no store of Aether"));
      }
    }
    assertFalse(Files.exists(folder.resolve("c")));
    assertFalse(Files.exists(folder.resolve("d")));
  }

  @Test
  void aBackupIsNotRestoredIntoAnotherStoreNorByAnOlderVersion() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start();
        TestNatsServer other = TestNatsServer.start()) {
      try (AetherServer server = node(nats.url(), 1);
          AetherClient client = AetherClient.connect(address(server));
          AetherServer another = node(other.url(), 1)) {
        save(client, "a", "actor", 0);
        done("backup", path("b"), "--nats", nats.url());
        assertTrue(another.nodeId().length() > 0);
      }
      String refusal = failed("restore", path("b"), "--nats", other.url());
      assertTrue(refusal.contains("another store of Aether"), refusal);

      Path manifest = folder.resolve("b").resolve("aether-backup.json");
      String text = Files.readString(manifest);
      newManifest(manifest, text.replace("\"format\": 1", "\"format\": 2"));
      String newer = failed("restore", path("b"), "--nats", nats.url());
      assertTrue(newer.contains("has format 2"), newer);
      newManifest(
          manifest, text.replaceAll("\"natsVersion\": \"[^\"]+\"", "\"natsVersion\": \"9.1.0\""));
      String newerNats = failed("restore", path("b"), "--nats", nats.url());
      assertTrue(newerNats.contains("was made by nats-server 9.1.0"), newerNats);
    }
  }

  /** Changes the manifest and its checksum. */
  private void newManifest(Path manifest, String text) throws Exception {
    Files.writeString(manifest, text);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(manifest));
    Path sums = manifest.resolveSibling("SHA256SUMS");
    String line = HexFormat.of().formatHex(digest) + "  aether-backup.json";
    Files.write(
        sums,
        Files.readAllLines(sums).stream()
            .map(each -> each.endsWith("  aether-backup.json") ? line : each)
            .toList());
  }

  @Test
  void aStoreThatANewerVersionHasChangedIsRecognised() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start()) {
      try (AetherServer server = node(nats.url(), 1);
          AetherClient client = AetherClient.connect(address(server))) {
        save(client, "a", "actor", 0);
        CommandRun check = done("version", "--check", "--nats", nats.url());
        assertTrue(
            check.out().contains("\"recordFormat\":1,\"commitFormat\":\"1\",\"supported\":true"),
            check.out());
        assertTrue(check.err().endsWith(": this version can use the store\n"), check.err());
      }
      try (Connection connection = Nats.connect(nats.url())) {
        var unused =
            connection
                .jetStream()
                .publish("aether.n.newer", "{\"format\":2,\"state\":\"X\"}".getBytes(UTF_8));
      }
      CommandRun check = CommandRun.of("version", "--check", "--nats", nats.url());
      assertEquals(ExitCode.FAILED, check.exitCode());
      assertTrue(check.out().contains("\"supported\":false"), check.out());
      assertTrue(check.err().contains("cannot use all of the store"), check.err());
      // A backup without that namespace would look whole.
      String refusal = failed("backup", path("b"), "--nats", nats.url());
      assertTrue(refusal.contains("has format 2"), refusal);
    }
  }

  @Test
  void aBackupThatFailsInTheMiddleLeavesNothing() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start()) {
      try (AetherServer server = node(nats.url(), 1);
          AetherClient client = AetherClient.connect(address(server))) {
        String large = "\"" + "x".repeat(900_000) + "\"";
        for (int i = 0; i < 100; i++) {
          var unused =
              client.save(
                  SaveCommand.builder("actor", ExpectedVersion.exactly(i))
                      .namespace("a")
                      .event(NewEvent.json("Large", large + " ".repeat(i)))
                      .build());
        }
      }
      ExecutorService thread = Executors.newSingleThreadExecutor();
      try {
        Future<String> backup =
            thread.submit(() -> failed("backup", path("b"), "--nats", nats.url()));
        Await.until("the draft", SOON, () -> Files.exists(folder.resolve("b.incomplete")));
        nats.kill();
        String why = backup.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertTrue(
            why.contains("is incomplete")
                || why.contains("does not respond")
                || why.contains("STREAM."),
            why);
      } finally {
        thread.shutdownNow();
      }
      assertFalse(Files.exists(folder.resolve("b")));
      assertFalse(Files.exists(folder.resolve("b.incomplete")));
    }
  }

  @Test
  void thePermissionsOfBackupsAndRestoresSufficeAndMissingOnesAreNamed() throws Exception {
    String users =
        NatsUsers.of(
            NatsUsers.user("user: node, password: pass", NatsPermissions.NEEDED),
            NatsUsers.user("user: backup, password: pass", NatsPermissions.FOR_BACKUPS),
            NatsUsers.user("user: restore, password: pass", NatsPermissions.FOR_RESTORES));
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), users)) {
      try (AetherServer server = node(as("node", nats), 1);
          AetherClient client = AetherClient.connect(address(server))) {
        save(client, "a", "actor", 0);
        saveSnapshot(client, "a", "actor", 1);
      }
      String refusal = failed("backup", path("b"), "--nats", as("restore", nats));
      assertTrue(refusal.contains("$JS.API.STREAM.SNAPSHOT.*"), refusal);
      done("backup", path("b"), "--nats", as("backup", nats));
      // Before an upgrade, with what every node has.
      done("version", "--check", "--nats", as("node", nats));
    }
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), users)) {
      assertTrue(
          failed("restore", path("b"), "--nats", as("backup", nats))
              .contains("$JS.API.STREAM.RESTORE.*"));
      done("restore", path("b"), "--nats", as("restore", nats));
      try (AetherServer server = node(as("node", nats), 1)) {
        assertEquals(1, on(server, "events", "actor", "--namespace", "a").lines().size());
      }
    }
  }

  @Test
  void aBackupThatFillsItsDiskSaysSoAndKeepsNothing() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start();
        SmallDisk disk = new SmallDisk(Files.createDirectory(folder.resolve("disk")), 1 << 20)) {
      try (AetherServer server = node(nats.url(), 1);
          AetherClient client = AetherClient.connect(address(server))) {
        saveLarge(client, 2);
      }
      Path target = disk.path().resolve("b");
      String why = failed("backup", target.toString(), "--nats", nats.url());
      assertTrue(why.contains("No space left on device"), why);
      assertTrue(why.contains("nothing was kept"), why);
      try (Stream<Path> left = Files.list(disk.path())) {
        assertEquals(List.of(), left.toList());
      }
    }
  }

  @Test
  void aBackupThatIsTerminatedKeepsNothing() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start()) {
      try (AetherServer server = node(nats.url(), 1);
          AetherClient client = AetherClient.connect(address(server))) {
        saveLarge(client, 50);
      }
      Path draft = folder.resolve("b.incomplete");
      int exitCode = ExitCode.DONE;
      for (int attempt = 0; attempt < 10 && exitCode == ExitCode.DONE; attempt++) {
        deleteRecursively(folder.resolve("b")); // It was complete before it could be terminated.
        Process backup =
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName(),
                    "backup",
                    path("b"),
                    "--nats",
                    nats.url())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile())
                .start();
        try {
          Await.until("the draft", SOON, () -> Files.exists(draft) || !backup.isAlive());
          nats.signal("STOP");
          backup.destroy();
          assertTrue(backup.waitFor(SOON.toSeconds(), TimeUnit.SECONDS));
          exitCode = backup.exitValue();
        } finally {
          nats.signal("CONT");
          backup.destroyForcibly();
        }
      }
      assertEquals(143, exitCode, Files.readString(folder.resolve("output")));
      assertFalse(Files.exists(draft));
      assertFalse(Files.exists(folder.resolve("b")));
    }
  }

  private static void saveLarge(AetherClient client, int saves) {
    byte[] dense = new byte[900_000];
    new Random(1).nextBytes(dense);
    for (int i = 0; i < saves; i++) {
      var unused =
          client.save(
              SaveCommand.builder("actor", ExpectedVersion.exactly(i))
                  .event(NewEvent.builder("Large").data(dense).build())
                  .build());
    }
  }

  private static void deleteRecursively(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  /** What a shell gives a command whose reader has gone. */
  private static final class ClosedPipe extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new IOException("Broken pipe");
    }
  }

  @Test
  void aReaderThatLeavesDoesNotEndTheWork() throws Exception {
    try (TestNatsServer nats = TestNatsServer.start()) {
      try (AetherServer server = node(nats.url(), 1);
          AetherClient client = AetherClient.connect(address(server))) {
        save(client, "a", "actor", 0);
        save(client, "b", "actor", 0);
      }
      CommandRun backup =
          CommandRun.into(new ClosedPipe(), "backup", path("b"), "--nats", nats.url());
      assertEquals(ExitCode.DONE, backup.exitCode(), backup.err());
      assertEquals(2, done("backup", "--verify", path("b")).lines().size());
      try (TestNatsServer other = TestNatsServer.start()) {
        CommandRun restore =
            CommandRun.into(new ClosedPipe(), "restore", path("b"), "--nats", other.url());
        assertEquals(ExitCode.DONE, restore.exitCode(), restore.err());
        try (AetherServer server = node(other.url(), 1)) {
          for (String namespace : List.of("a", "b")) {
            assertEquals(1, on(server, "events", "actor", "--namespace", namespace).lines().size());
          }
        }
      }
    }
  }

  @Test
  void commandsThatCannotReachNatsHaveTheExitCodeForThat() throws Exception {
    String url;
    try (TestNatsServer gone = TestNatsServer.start()) {
      url = gone.url();
    }
    for (List<String> command :
        List.of(List.of("backup", path("b")), List.of("version", "--check"))) {
      List<String> line = new ArrayList<>(command);
      line.addAll(List.of("--nats", url, "--nats-wait", "1s"));
      CommandRun run = CommandRun.of(line.toArray(String[]::new));
      assertEquals(ExitCode.UNREACHABLE, run.exitCode(), run.err());
      assertEquals(1, run.err().lines().count(), run.err());
    }
  }

  private static String as(String user, TestNatsServer nats) {
    return nats.url().replace("//", "//" + user + ":pass@");
  }
}
