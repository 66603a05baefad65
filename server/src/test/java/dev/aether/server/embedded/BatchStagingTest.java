package dev.aether.server.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.GroupCommitThresholds;
import dev.aether.server.event.Namespace;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.server.store.jetstream.JetStreamConfig;
import dev.aether.server.store.jetstream.JetStreamStore;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsBinary;
import dev.aether.v1.NewEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchStagingTest {
  /** Even a lone save is put into a batch. */
  private static final GroupCommitThresholds ALWAYS = new GroupCommitThresholds(1, 1, 1);

  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final int ACTORS = 100;
  private static final String STREAM = "A-STREAM";

  private final Path data;

  BatchStagingTest(@TempDir Path data) {
    this.data = data;
  }

  @BeforeEach
  void onlyWhereThereIsAMemoryFileSystem() {
    assumeTrue(Files.isDirectory(BatchStaging.SHARED_MEMORY), "only on Linux");
  }

  @Test
  void theEmbeddedServerStagesBatchesInMemoryAndAfterItsRestartToo() throws Exception {
    Path memory;
    try (NatsServerProcess server = start()) {
      memory = Files.readSymbolicLink(data.resolve("nats/batches"));
      assertTrue(memory.startsWith(BatchStaging.SHARED_MEMORY), memory.toString());
      try (JetStreamStore store = open(server, server::prepareBatch)) {
        saveAll(store, 1);
        assertTrue(batches().toRealPath().startsWith(memory));
        assertTrue(isEmpty(batches()), "nats-server deletes what was staged");
        long killed = server.pid();
        ProcessHandle.of(killed).orElseThrow().destroyForcibly();
        Await.until("a restart", BOUND, () -> server.isReady() && server.pid() != killed);
        assertFalse(Files.exists(batches()), "nats-server deletes the link when it starts");
        saveAll(store, 2);
        assertTrue(batches().toRealPath().startsWith(memory));
        assertEquals(
            LongStream.rangeClosed(1, 2 * ACTORS).boxed().collect(Collectors.toSet()),
            positions(store));
      }
    }
    assertFalse(Files.exists(memory), "the folder in memory is deleted when the server is closed");
  }

  @Test
  void aFolderInWhichBatchesAreStagedAlreadyIsReplacedWhenItIsEmpty() throws Exception {
    try (NatsServerProcess server = start()) {
      try (JetStreamStore store = open(server, stream -> {})) {
        saveAll(store, 1);
      }
      assertFalse(Files.isSymbolicLink(batches()));
      Path staged = Files.createDirectory(batches().resolve("staged"));
      server.prepareBatch(stream());
      assertFalse(Files.isSymbolicLink(batches()));
      Files.delete(staged);
      server.prepareBatch(stream());
      assertTrue(Files.isSymbolicLink(batches()));
      try (JetStreamStore store = open(server, server::prepareBatch)) {
        saveAll(store, 2);
      }
    }
  }

  @Test
  void aStreamThatIsDeletedMeanwhileDoesNotEndStagingInMemoryForTheOthers() throws Exception {
    Path natsFolder = Files.createDirectories(data.resolve("nats"));
    Files.createDirectories(streams().resolve(STREAM));
    try (BatchStaging staging = BatchStaging.create(natsFolder, BatchStaging.SHARED_MEMORY)) {
      staging.prepare("A-DELETED-STREAM");
      staging.prepare(STREAM);
      assertTrue(Files.isSymbolicLink(streams().resolve(STREAM).resolve("batches")));
    }
  }

  @Test
  void theFolderInMemoryIsMadeAgainIfSomebodyDeletesIt() throws Exception {
    try (NatsServerProcess server = start();
        JetStreamStore store = open(server, server::prepareBatch)) {
      saveAll(store, 1);
      Path inMemory = batches().toRealPath();
      Files.delete(inMemory);
      saveAll(store, 2);
      assertTrue(Files.isDirectory(inMemory));
    }
  }

  @Test
  void whatAKilledProcessLeftInMemoryIsDeletedAtTheNextStart() throws Exception {
    Path natsFolder = Files.createDirectories(data.resolve("nats"));
    BatchStaging killed = BatchStaging.create(natsFolder, BatchStaging.SHARED_MEMORY);
    Path left = Files.readSymbolicLink(natsFolder.resolve("batches"));
    Files.createDirectories(streams().resolve(STREAM));
    killed.prepare(STREAM);
    Files.writeString(left.resolve(STREAM).resolve("1.blk"), "staged");
    try (BatchStaging next = BatchStaging.create(natsFolder, BatchStaging.SHARED_MEMORY)) {
      assertFalse(Files.exists(left));
      next.prepare(STREAM);
      assertTrue(Files.isDirectory(streams().resolve(STREAM).resolve("batches")));
    }
  }

  @Test
  void aLinkThatSomebodyElseMadeIsNotFollowed() throws Exception {
    Path natsFolder = Files.createDirectories(data.resolve("nats"));
    Path precious = Files.createDirectory(data.resolve("precious"));
    Files.createSymbolicLink(natsFolder.resolve("batches"), precious);
    BatchStaging.create(natsFolder, BatchStaging.SHARED_MEMORY).close();
    assertTrue(Files.isDirectory(precious));
  }

  @Test
  void withoutAMemoryFileSystemNothingIsLinked() throws Exception {
    Path natsFolder = Files.createDirectories(data.resolve("nats"));
    Files.createDirectories(streams().resolve(STREAM));
    for (Path notMemory : List.of(data, data.resolve("missing"))) {
      try (BatchStaging staging = BatchStaging.create(natsFolder, notMemory)) {
        staging.prepare(STREAM);
        assertTrue(isEmpty(streams().resolve(STREAM)));
      }
    }
  }

  private NatsServerProcess start() {
    return NatsServerProcess.start(TestNatsBinary.get(), data);
  }

  private static JetStreamStore open(NatsServerProcess server, Consumer<String> beforeBatch) {
    return JetStreamStore.open(
        new JetStreamConfig(
            List.of(server.url()),
            "staging",
            BOUND,
            1,
            true,
            Integer.MAX_VALUE,
            ALWAYS,
            Optional::empty,
            beforeBatch,
            Durability.Sync.ALWAYS,
            NatsAccess.BY_URL));
  }

  private static void saveAll(JetStreamStore store, long version) {
    List<CompletableFuture<Saved>> saves =
        IntStream.range(0, ACTORS)
            .mapToObj(i -> store.events().save(save("actor-" + i, version)))
            .toList();
    saves.forEach(saved -> assertEquals(version, saved.join().lastVersion()));
  }

  private static Save save(String actor, long version) {
    return new Save(
        new Namespace("staging"),
        new ActorId(actor),
        new CommitId(actor + ":" + version),
        new ExpectedVersion.Exactly(version - 1),
        List.of(NewEvent.newBuilder().setEventId("e").setEventType("happened").build()),
        "tPY9GDwOgTZP73ZxyUVOZQ",
        false,
        new SaveOrder(),
        System.nanoTime() + BOUND.toNanos());
  }

  /** Where the saves of both rounds are: each is repeated, which answers with its position. */
  private static Set<Long> positions(JetStreamStore store) {
    return IntStream.range(0, 2 * ACTORS)
        .mapToObj(i -> store.events().save(save("actor-" + i / 2, 1 + i % 2)))
        .map(saved -> saved.join().position())
        .collect(Collectors.toSet());
  }

  private Path streams() {
    return data.resolve("nats/jetstream/$G/streams");
  }

  private String stream() throws IOException {
    try (Stream<Path> folders = Files.list(streams())) {
      return folders
          .map(folder -> folder.getFileName().toString())
          .filter(name -> name.contains("staging"))
          .findFirst()
          .orElseThrow();
    }
  }

  private Path batches() throws IOException {
    return streams().resolve(stream()).resolve("batches");
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> content = Files.list(folder)) {
      return content.findAny().isEmpty();
    }
  }
}
