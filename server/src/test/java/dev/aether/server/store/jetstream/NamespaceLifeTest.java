package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Namespaces.Info;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * The creation and deletion of namespaces in JetStream: incomplete changes of a killed node,
 * changes that a node misses, and lost streams.
 */
class NamespaceLifeTest {
  private static final ActorId ACTOR = new ActorId("a");
  private static final String DIGEST = "tPY9GDwOgTZP73ZxyUVOZQ";
  private static final Duration SOON = Duration.ofSeconds(15);

  /** For a save that tries until its deadline. */
  private static final Duration IN_VAIN = Duration.ofSeconds(5);

  private static final String HALF_DONE = "abcdefghij";
  private static final String CUT_OFF = "klmnopqrst";

  private static TestNatsServer nats;

  private JetStreamStore store;
  private JetStreamStore other;
  private Connection meddler;
  private JetStreamManagement management;
  private Namespace namespace;

  @BeforeAll
  static void startNats() {
    nats = TestNatsServer.start();
  }

  @AfterAll
  static void stopNats() {
    nats.close();
  }

  private static JetStreamStore open(boolean autoCreate) {
    return JetStreamStore.open(
        new JetStreamConfig(
            List.of(nats.url()),
            "life",
            Duration.ofSeconds(10),
            1,
            autoCreate,
            Durability.Sync.UNKNOWN));
  }

  @BeforeEach
  void open(TestInfo test) throws IOException, InterruptedException {
    namespace = new Namespace(test.getTestMethod().orElseThrow().getName());
    store = open(true);
    other = open(true);
    meddler = Nats.connect(nats.url());
    management = meddler.jetStreamManagement();
  }

  @AfterEach
  void close() throws InterruptedException {
    meddler.close();
    other.close();
    store.close();
  }

  private static long soon() {
    return System.nanoTime() + SOON.toNanos();
  }

  private CompletableFuture<Saved> save(
      JetStreamStore by, String commitId, ExpectedVersion expected) {
    return save(by, commitId, expected, SOON);
  }

  private CompletableFuture<Saved> save(
      JetStreamStore by, String commitId, ExpectedVersion expected, Duration within) {
    NewEvent event = NewEvent.newBuilder().setEventId("e").setEventType("happened").build();
    return by.events()
        .save(
            new Save(
                namespace,
                ACTOR,
                new CommitId(commitId),
                expected,
                List.of(event),
                DIGEST,
                false,
                new SaveOrder(),
                System.nanoTime() + within.toNanos()));
  }

  private CompletableFuture<Saved> append(JetStreamStore by, String commitId) {
    return save(by, commitId, new ExpectedVersion.Any());
  }

  private Info info(JetStreamStore by) {
    return by.namespaces().look(namespace).join().orElseThrow();
  }

  private long latest(JetStreamStore by) {
    return by.events().versions(namespace, ACTOR).join().latest();
  }

  private static Reason reason(CompletableFuture<?> future) {
    Throwable thrown = assertThrows(CompletionException.class, future::join);
    return ((StoreException) Exceptions.unwrap(thrown)).reason();
  }

  private List<String> streams() {
    try {
      return management.getStreamNames().stream()
          .filter(name -> name.endsWith("-" + namespace.name()))
          .toList();
    } catch (IOException | JetStreamApiException e) {
      throw new AssertionError(e);
    }
  }

  private void register(String json) throws IOException, JetStreamApiException {
    meddler
        .jetStream()
        .publish(
            StreamConfigs.NAMESPACE_SUBJECTS + namespace.name(),
            json.getBytes(StandardCharsets.UTF_8));
  }

  private void register(String incarnation, String state)
      throws IOException, JetStreamApiException {
    register(
        """
        {"format":1,"namespace":"%s","incarnation":"%s","state":"NAMESPACE_STATE_%s","replicas":1,"partitions":1}
        """
            .formatted(namespace.name(), incarnation, state));
  }

  /**
   * Waits until a node has caught up: a list contains everything that was written before, which a
   * lookup of a known namespace need not.
   */
  private static void awaitCaughtUp(JetStreamStore node) {
    node.namespaces().list(NamePattern.of(">")).join();
  }

  /** The file that nats-server writes last when it creates or updates a stream. */
  private static Path checksum(String stream) {
    return nats.store().resolve("$G").resolve("streams").resolve(stream).resolve("meta.sum");
  }

  /** The state that a node leaves if it is killed after the first step of a deletion. */
  private void leaveHalfDeleted() throws IOException, JetStreamApiException {
    for (String name :
        List.of(
            SubjectCodec.stream(new LogId(namespace, HALF_DONE, 0)),
            SubjectCodec.snapshotStream(
                new Namespaces.Info(namespace, HALF_DONE, 1, 1, 0, java.time.Instant.EPOCH)))) {
      management.addStream(StreamConfiguration.builder().name(name).subjects(name).build());
    }
    register(HALF_DONE, "DELETING");
  }

  @Test
  void aNodeThatFindsAnIncompleteDeletionCompletesIt() throws IOException, JetStreamApiException {
    List<Function<Namespaces, CompletableFuture<?>>> ways =
        List.of(
            namespaces -> namespaces.look(namespace),
            namespaces -> namespaces.find(namespace),
            namespaces -> namespaces.delete(namespace, soon()),
            namespaces -> namespaces.list(NamePattern.of(">")),
            namespaces ->
                namespaces
                    .create(namespace, Namespaces.Settings.DEFAULT, soon())
                    .thenCompose(made -> namespaces.delete(namespace, soon())),
            namespaces ->
                append(store, "c").thenCompose(saved -> namespaces.delete(namespace, soon())));
    for (Function<Namespaces, CompletableFuture<?>> way : ways) {
      leaveHalfDeleted();
      assertEquals(2, streams().size());
      way.apply(store.namespaces()).join();
      assertEquals(List.of(), streams());
      assertTrue(other.namespaces().look(namespace).join().isEmpty());
      Info made = other.namespaces().create(namespace, Namespaces.Settings.DEFAULT, soon()).join();
      assertNotEquals(HALF_DONE, made.incarnation());
      other.namespaces().delete(namespace, soon()).join();
      awaitCaughtUp(store);
    }
  }

  @Test
  void aNodeThatFindsAnIncompleteCreationCompletesIt() throws IOException, JetStreamApiException {
    List<Function<Namespaces, CompletableFuture<?>>> ways =
        List.of(
            namespaces -> namespaces.look(namespace),
            namespaces -> namespaces.findOrCreate(namespace));
    for (Function<Namespaces, CompletableFuture<?>> way : ways) {
      register(HALF_DONE, "CREATING");
      way.apply(store.namespaces()).join();
      assertEquals(1, streams().size());
      assertEquals(HALF_DONE, info(other).incarnation());
      other.namespaces().delete(namespace, soon()).join();
      assertEquals(List.of(), streams());
      awaitCaughtUp(store);
    }
    register(HALF_DONE, "CREATING");
    assertEquals(
        Reason.NAMESPACE_EXISTS,
        reason(store.namespaces().create(namespace, Namespaces.Settings.DEFAULT, soon())));
    store.namespaces().delete(namespace, soon()).join();
    register(HALF_DONE, "CREATING");
    store.namespaces().delete(namespace, soon()).join();
    assertEquals(List.of(), streams());
  }

  @Test
  void aLogWhoseCreationWasCutOffByAKillOfNatsOutlivesTheNextKill() throws Exception {
    String log = SubjectCodec.stream(new LogId(namespace, CUT_OFF, 0));
    register(CUT_OFF, "CREATING");
    store.namespaces().findOrCreate(namespace).join();
    register(CUT_OFF, "CREATING");
    nats.kill();
    Files.delete(checksum(log));
    nats.restart();
    try (JetStreamStore next = open(true)) {
      append(next, "c1").join();
    }
    nats.kill();
    nats.restart();
    try (JetStreamStore next = open(true)) {
      assertEquals(1, latest(next));
    }
  }

  /**
   * What docs/operations/troubleshoot.md tells operators to do with a log whose files nats-server
   * ignores.
   */
  @Test
  void aLogThatNatsIgnoresIsRestoredByCreatingAndUpdatingItsStream() throws Exception {
    StreamConfiguration config;
    try (JetStreamStore first = open(true)) {
      append(first, "c1").join();
      config = management.getStreamInfo(streams().get(0)).getConfiguration();
    }
    nats.kill();
    Files.writeString(checksum(config.getName()), "not the checksum");
    nats.restart();
    try (JetStreamStore next = open(true)) {
      assertEquals(Reason.CORRUPT_RECORD, reason(append(next, "c2")));
    }
    try (Connection operator = Nats.connect(nats.url())) {
      operator.jetStreamManagement().addStream(config);
      operator.jetStreamManagement().updateStream(config);
    }
    nats.kill();
    nats.restart();
    try (JetStreamStore next = open(true)) {
      assertEquals(1, latest(next));
      append(next, "c2").join();
      assertEquals(2, latest(next));
    }
  }

  @Test
  void aCallCreatesNamespacesIfSavesDoNot() {
    try (JetStreamStore strict = open(false)) {
      assertEquals(Reason.NAMESPACE_NOT_FOUND, reason(append(strict, "c1")));
      strict.namespaces().create(namespace, Namespaces.Settings.DEFAULT, soon()).join();
      assertEquals(1, append(strict, "c1").join().lastVersion());
      strict.namespaces().delete(namespace, soon()).join();
      assertEquals(Reason.NAMESPACE_NOT_FOUND, reason(append(strict, "c2")));
      other.namespaces().delete(namespace, soon()).exceptionally(thrown -> null).join();
      assertEquals(Reason.NAMESPACE_NOT_FOUND, reason(append(strict, "c3")));
    }
  }

  /**
   * Interrupts all nodes' consumers of the registry: JetStream still sends their heartbeats, but no
   * records.
   */
  private void pauseRegistryConsumers() throws IOException, JetStreamApiException {
    for (String consumer : management.getConsumerNames(StreamConfigs.REGISTRY)) {
      management.pauseConsumer(
          StreamConfigs.REGISTRY, consumer, ZonedDateTime.now().plusMinutes(5));
    }
  }

  @Test
  void aNodeWithAStaleRegistryCopyReadsTheNewIncarnation()
      throws IOException, JetStreamApiException {
    for (int i = 1; i <= 3; i++) {
      assertEquals(i, append(other, "c" + i).join().lastVersion());
    }
    Info old = info(store);
    pauseRegistryConsumers();

    // Deleted and not recreated.
    store.namespaces().delete(namespace, soon()).join();
    assertEquals(
        old.incarnation(), other.namespaces().find(namespace).join().orElseThrow().incarnation());
    assertEquals(0, latest(other));
    pauseRegistryConsumers();

    // Recreated: the other node's copy is two incarnations old.
    append(store, "n1").join();
    Info second = info(store);
    assertEquals(1, latest(other));
    store.namespaces().delete(namespace, soon()).join();
    append(store, "m1").join();
    append(store, "m2").join();
    assertEquals(
        second.incarnation(),
        other.namespaces().find(namespace).join().orElseThrow().incarnation(),
        "the test needs a node that lags behind");
    List<LogEntry> events =
        other
            .events()
            .read(new ActorRange(namespace, ACTOR, 0, Long.MAX_VALUE, false))
            .next()
            .join();
    assertEquals(2, events.size());
    assertEquals(3, save(other, "m3", new ExpectedVersion.Exactly(2)).join().lastVersion());
  }

  @Test
  void aNodeWithAStaleRegistryCopySavesToTheNewIncarnation()
      throws IOException, JetStreamApiException {
    for (ExpectedVersion expected :
        List.of(
            new ExpectedVersion.Any(),
            new ExpectedVersion.Exactly(0),
            new ExpectedVersion.Exactly(1),
            new ExpectedVersion.Existing())) {
      append(other, "c1").join();
      append(other, "c2").join();
      pauseRegistryConsumers();
      store.namespaces().delete(namespace, soon()).join();
      append(store, "n1").join();
      CompletableFuture<Saved> late = save(other, "late", expected);
      if (expected.equals(new ExpectedVersion.Exactly(0))) {
        assertEquals(Reason.VERSION_CONFLICT, reason(late));
      } else {
        assertEquals(2, late.join().lastVersion(), expected::toString);
      }
      store.namespaces().delete(namespace, soon()).join();
      // And to a new one that it creates itself, or does not create.
      CompletableFuture<Saved> first = save(other, "first", expected);
      if (expected.buildsOnHistory()) {
        StoreException.VersionConflict conflict =
            (StoreException.VersionConflict)
                Exceptions.unwrap(assertThrows(CompletionException.class, first::join));
        assertEquals(0, conflict.currentVersion());
      } else {
        assertEquals(1, first.join().lastVersion());
        store.namespaces().delete(namespace, soon()).join();
      }
    }
  }

  @Test
  void aLogOfADeletedIncarnationFailsAlthoughTheRegistryCopyIsStale()
      throws IOException, JetStreamApiException {
    append(other, "c1").join();
    LogId old = info(other).firstLog();
    pauseRegistryConsumers();
    store.namespaces().delete(namespace, soon()).join();
    assertEquals(Reason.NAMESPACE_NOT_FOUND, reason(other.log().head(old)));
    append(store, "n1").join();
    assertEquals(Reason.NAMESPACE_NOT_FOUND, reason(other.log().read(old, Mark.NONE, 1, 1000)));
    assertEquals(1, other.log().head(info(other).firstLog()).join());
  }

  @Test
  void watchersOfAStaleRegistryCopyAreNotifiedWhenTheDeletionIsFound()
      throws IOException, JetStreamApiException {
    append(other, "c1").join();
    Info old = info(other);
    List<String> told = new CopyOnWriteArrayList<>();
    Namespaces.Watcher watcher =
        new Namespaces.Watcher() {
          @Override
          public void onNamespace(Info info) {
            if (info.namespace().equals(namespace)) {
              told.add("made " + info.incarnation());
            }
          }

          @Override
          public void onDeleted(Namespace name, String incarnation) {
            told.add("deleted " + incarnation);
          }

          @Override
          public void onUnreadable(Namespace name, StoreException why) {
            told.add("unreadable " + name);
          }
        };
    try (Namespaces.Watch watch = other.namespaces().watch(List.of(old), watcher)) {
      assertEquals(List.of("made " + old.incarnation()), told);
      pauseRegistryConsumers();
      store.namespaces().delete(namespace, soon()).join();
      append(store, "n1").join();
      assertEquals(1, told.size());
      assertEquals(1, latest(other));
      assertEquals(
          List.of(
              "made " + old.incarnation(),
              "deleted " + old.incarnation(),
              "made " + info(store).incarnation()),
          told);
    }
    told.clear();
    try (Namespaces.Watch watch = other.namespaces().watch(List.of(old), watcher)) {
      assertEquals(
          List.of("deleted " + old.incarnation(), "made " + info(store).incarnation()), told);
    }
  }

  @Test
  void aLostLogIsNeitherRecreatedNorTakenForEmpty() throws IOException, JetStreamApiException {
    append(store, "c1").join();
    LogId log = info(store).firstLog();
    management.deleteStream(SubjectCodec.stream(log));
    for (JetStreamStore node : List.of(store, other)) {
      for (ExpectedVersion expected :
          List.of(new ExpectedVersion.Any(), new ExpectedVersion.Exactly(1))) {
        assertEquals(Reason.CORRUPT_RECORD, reason(save(node, "c2", expected, IN_VAIN)));
        assertEquals(1, node.damage().size(), "health says so");
      }
      assertEquals(Reason.CORRUPT_RECORD, reason(node.events().versions(namespace, ACTOR)));
      assertEquals(Reason.CORRUPT_RECORD, reason(node.log().head(log)));
      assertEquals(
          Reason.CORRUPT_RECORD,
          reason(
              node.events()
                  .read(new ActorRange(namespace, ACTOR, 0, Long.MAX_VALUE, false))
                  .next()));
      assertEquals(1, node.damage().size(), "health says so");
    }
    assertEquals(List.of(), streams());
    // An operator can give up the namespace and delete it.
    store.namespaces().delete(namespace, soon()).join();
    assertEquals(1, append(other, "c1").join().lastVersion());
  }

  @Test
  void theOutcomeOfASaveInFlightToADeletedIncarnationIsUnknown() throws Exception {
    append(store, "c1").join();
    LogId log = info(store).firstLog();
    // Receives publishes without a response, as a stream's leader may do before it stops.
    List<String> published = new CopyOnWriteArrayList<>();
    Dispatcher silent = meddler.createDispatcher(message -> published.add(message.getSubject()));
    silent.subscribe(SubjectCodec.prefix(log) + ">");
    meddler.flush(SOON);
    management.deleteStream(SubjectCodec.stream(log));
    CompletableFuture<Saved> save = append(store, "c2");
    Await.until("a publish", SOON, () -> !published.isEmpty());
    register(log.incarnation(), "DELETED");
    assertEquals(Reason.OUTCOME_UNKNOWN, reason(save));
    assertEquals(1, published.size());
    assertTrue(other.namespaces().look(namespace).join().isEmpty(), "nothing was recreated");
  }

  @Test
  void aRecordOfANewerReleaseIsNotLeftOutOfAList() throws IOException, JetStreamApiException {
    append(store, "c1").join();
    String name = namespace.name();
    assertEquals(1, list(name).join().size());
    register("{\"format\":2,\"namespace\":\"" + name + "\"}");
    for (String pattern : List.of(name, "*", ">")) {
      Throwable thrown = assertThrows(CompletionException.class, list(pattern)::join);
      StoreException why = (StoreException) Exceptions.unwrap(thrown);
      assertEquals(Reason.STORE_UNAVAILABLE, why.reason());
      assertTrue(why.getMessage().contains(name), why::getMessage);
    }
    assertEquals(List.of(), list(name + ".>").join());
    // It is not taken for its former state either.
    assertEquals(
        Reason.STORE_UNAVAILABLE, reason(save(store, "c2", new ExpectedVersion.Any(), IN_VAIN)));
    assertEquals(Reason.STORE_UNAVAILABLE, reason(store.namespaces().delete(namespace, soon())));
    register(HALF_DONE, "DELETED");
    assertEquals(List.of(), list(name).join());
  }

  private CompletableFuture<List<Info>> list(String pattern) {
    return store.namespaces().list(NamePattern.of(pattern));
  }

  @Test
  void aDeletionThatWasAnsweredAsNotDoneIsNotDoneLater() {
    append(store, "c1").join();
    CompletableFuture<Void> deletion;
    nats.signal("STOP");
    try {
      deletion =
          store.namespaces().delete(namespace, System.nanoTime() + Duration.ofSeconds(1).toNanos());
      assertEquals(Reason.STORE_UNAVAILABLE, reason(deletion));
    } finally {
      nats.signal("CONT");
    }
    // What the node asked before is answered before this.
    for (int i = 2; i <= 20; i++) {
      append(store, "c" + i).join();
    }
    assertEquals(20, latest(other));
  }

  @Test
  void aCreationWithoutAcknowledgementBringsBackNothing() throws IOException {
    try (LossyNats lossy = new LossyNats(nats.port());
        JetStreamStore creator =
            JetStreamStore.open(
                new JetStreamConfig(
                    List.of(lossy.url()), "lossy", SOON, 1, true, Durability.Sync.UNKNOWN))) {
      lossy.lose("\"stream\":\"" + StreamConfigs.REGISTRY + "\"", 1);
      CompletableFuture<Info> creation =
          creator.namespaces().create(namespace, Namespaces.Settings.DEFAULT, soon());
      Await.until("the record to be stored", SOON, () -> lossy.lost() == 1);
      lossy.lose("{", Integer.MAX_VALUE); // so that the creator reads the record late
      assertTrue(other.namespaces().look(namespace).join().isPresent());
      other.namespaces().delete(namespace, soon()).join();
      lossy.lose("{", 0);

      assertEquals(Reason.STORE_UNAVAILABLE, reason(creation));
      assertTrue(other.namespaces().look(namespace).join().isEmpty());
      assertEquals(List.of(), streams());
    }
  }
}
