package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.aether.server.codec.SnapshotCodec;
import dev.aether.server.concurrent.DeadlineScheduler;
import dev.aether.server.concurrent.KeyedSerialExecutor;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.ActorVersions;
import dev.aether.server.store.EventStore;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.server.store.Snapshots;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.registry.NamespaceRegistry;
import dev.aether.server.store.jetstream.snapshot.JetStreamSnapshots;
import dev.aether.server.store.jetstream.snapshot.SnapshotContext;
import dev.aether.server.store.jetstream.snapshot.SnapshotStream;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.write.Publisher;
import dev.aether.server.store.jetstream.write.Writer;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.server.wire.SnapshotRecord;
import dev.aether.v1.NewEvent;
import dev.aether.v1.Snapshot;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Snapshots with damaged records, lost acknowledgements or a deleted namespace. */
class MeddledSnapshotsTest {
  private static final ActorId ACTOR = new ActorId("a");
  private static final Duration SOON = Duration.ofSeconds(20);

  private static TestNatsServer nats;

  private LossyNats lossy;
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

  @BeforeEach
  void open(TestInfo test) throws IOException, InterruptedException {
    namespace = new Namespace(test.getTestMethod().orElseThrow().getName());
    lossy = new LossyNats(nats.port());
    store = store(lossy.url());
    other = store(nats.url());
    meddler = Nats.connect(nats.url());
    management = meddler.jetStreamManagement();
    for (int i = 0; i < 5; i++) {
      var unused = other.events().save(commit(i)).join();
    }
  }

  private static JetStreamStore store(String url) {
    return JetStreamStore.open(
        new JetStreamConfig(
            List.of(url), "meddled", Duration.ofSeconds(10), 1, true, Durability.Sync.UNKNOWN));
  }

  @AfterEach
  void close() throws InterruptedException {
    meddler.close();
    store.close();
    other.close();
    lossy.close();
  }

  private Save commit(long expected) {
    return new Save(
        namespace,
        ACTOR,
        new CommitId("c" + expected),
        new ExpectedVersion.Exactly(expected),
        List.of(NewEvent.newBuilder().setEventId("e").setEventType("happened").build()),
        "tPY9GDwOgTZP73ZxyUVOZQ",
        false,
        new SaveOrder(),
        System.nanoTime() + SOON.toNanos());
  }

  private static Snapshot snapshot(long version, String state) {
    return Snapshot.newBuilder()
        .setActorId(ACTOR.value())
        .setVersion(version)
        .setState(ByteString.copyFromUtf8(state))
        .build();
  }

  private CompletableFuture<@Nullable Void> save(JetStreamStore on, Snapshot snapshot) {
    return save(on, snapshot, SOON);
  }

  private CompletableFuture<@Nullable Void> save(
      JetStreamStore on, Snapshot snapshot, Duration within) {
    return on.snapshots().save(namespace, snapshot, System.nanoTime() + within.toNanos());
  }

  private CompletableFuture<@Nullable Void> delete(JetStreamStore on) {
    return on.snapshots().delete(namespace, ACTOR, System.nanoTime() + SOON.toNanos());
  }

  private Optional<Snapshot> latest(JetStreamStore on) {
    return on.snapshots().latest(namespace, ACTOR).join().map(Snapshots.Kept::snapshot);
  }

  private static StoreException failure(CompletableFuture<?> future) {
    return (StoreException)
        Exceptions.unwrap(assertThrows(CompletionException.class, future::join));
  }

  private Namespaces.Info info() {
    return other.namespaces().find(namespace).join().orElseThrow();
  }

  private long put(byte[] record) throws IOException, JetStreamApiException {
    LogId log = info().firstLog();
    return meddler.jetStream().publish(SubjectCodec.snapshotSubject(log, ACTOR), record).getSeqno();
  }

  @Test
  void aDamagedSnapshotIsReportedAndNotReplacedUntilItIsDeleted() throws Exception {
    save(store, snapshot(1, "s")).join();
    byte[] cut = SnapshotCodec.stored(snapshot(2, "state"), 1);
    List<byte[]> damaged =
        List.of(
            "garbage".getBytes(StandardCharsets.UTF_8),
            new byte[0],
            Arrays.copyOf(cut, cut.length - 1),
            SnapshotRecord.newBuilder().setFormat(1).build().toByteArray(),
            SnapshotCodec.stored(snapshot(2, "state").toBuilder().setActorId("b").build(), 1),
            SnapshotCodec.stored(snapshot(0, "state"), 1));
    for (byte[] record : damaged) {
      long position = put(record);
      StoreException.CorruptRecord corrupt =
          assertInstanceOf(
              StoreException.CorruptRecord.class,
              failure(store.snapshots().latest(namespace, ACTOR)));
      assertEquals(ACTOR.value(), corrupt.actorId());
      assertEquals(position, corrupt.position());
      assertEquals(Reason.CORRUPT_RECORD, failure(save(store, snapshot(5, "new"))).reason());
      delete(store).join();
      assertEquals(Optional.empty(), latest(other));
      save(store, snapshot(1, "s")).join();
    }
  }

  @Test
  void aNewerFormatIsRefusedWithItsNumber() throws Exception {
    save(store, snapshot(1, "s")).join();
    put(
        SnapshotRecord.newBuilder()
            .setFormat(2)
            .setSnapshot(snapshot(2, "newer"))
            .build()
            .toByteArray());
    StoreException read = failure(store.snapshots().latest(namespace, ACTOR));
    assertTrue(read.getMessage().contains("format 2"), read::getMessage);
    assertEquals(Reason.CORRUPT_RECORD, failure(save(store, snapshot(5, "new"))).reason());
  }

  @Test
  void aSnapshotWhoseAcknowledgementWasLostIsFound() throws Exception {
    save(store, snapshot(1, "s")).join();
    lossy.lose("\"stream\":\"AETHER-SNAPSHOTS-", 1);
    save(store, snapshot(2, "lost")).join();
    assertEquals(1, lossy.lost());
    assertEquals(Optional.of(snapshot(2, "lost")), latest(other));
    assertEquals(2, lastSequence(), "stored once");
  }

  @Test
  void aDeletionWhoseAcknowledgementWasLostIsFound() throws Exception {
    save(store, snapshot(1, "s")).join();
    lossy.lose("\"stream\":\"AETHER-SNAPSHOTS-", 1);
    delete(store).join();
    assertEquals(1, lossy.lost());
    assertEquals(Optional.empty(), latest(other));
    assertEquals(2, lastSequence(), "stored once");
  }

  @Test
  void aDeletionWhoseRecordAnOperatorDeletesIsComplete() throws Exception {
    save(store, snapshot(1, "s")).join();
    lossy.lose("\"stream\":\"AETHER-SNAPSHOTS-", 1);
    CompletableFuture<@Nullable Void> deletion = delete(store);
    Await.until("the loss", SOON, () -> lossy.lost() == 1);
    assertTrue(management.deleteMessage(SubjectCodec.snapshotStream(info()), lastSequence()));
    deletion.join();
    assertEquals(Optional.empty(), latest(other));
  }

  @Test
  void anotherChangeAfterALostAcknowledgementLeavesTheOutcomeUnknown() throws Exception {
    save(store, snapshot(1, "s")).join();
    lossy.lose("\"stream\":\"AETHER-SNAPSHOTS-", 1);
    CompletableFuture<@Nullable Void> unheard = save(store, snapshot(2, "lost"));
    Await.until("the loss", SOON, () -> lossy.lost() == 1);
    delete(other).join();
    StoreException unknown = failure(unheard);
    assertEquals(Reason.OUTCOME_UNKNOWN, unknown.reason());
    assertEquals(ACTOR.value(), unknown.metadata().get("actor_id"));
    assertEquals(Optional.empty(), latest(other), "the deletion is permanent");
  }

  @Test
  void anUnresolvedPublishAtTheDeadlineLeavesTheOutcomeUnknown() {
    save(store, snapshot(1, "s")).join();
    lossy.lose("AETHER-SNAPSHOTS-", 1);
    StoreException unknown = failure(save(store, snapshot(2, "lost"), Duration.ofSeconds(1)));
    assertEquals(Reason.OUTCOME_UNKNOWN, unknown.reason());
  }

  @Test
  void aNodeThatMissedADeletionLeavesNoStreamBehind() throws Exception {
    Namespaces.Info gone = info();
    assertTrue(store.namespaces().find(namespace).join().isPresent());
    // The node receives no messages of the registry while its record changes.
    lossy.lose("NAMESPACE_STATE_DELET", Integer.MAX_VALUE);
    setState(gone, "NAMESPACE_STATE_DELETED");
    try (Timers timers = new Timers()) {
      JetStreamApi api = new JetStreamApi(meddler, timers);
      assertFalse(SnapshotStream.create(api, registry(other), gone).join());
    }
    assertFalse(streams().contains(SubjectCodec.snapshotStream(gone)));

    lossy.lose("", 0);
    StoreException ahead = failure(save(store, snapshot(1, "s")));
    assertEquals(Reason.SNAPSHOT_AHEAD, ahead.reason());
    assertEquals("0", ahead.metadata().get("current_version"));
    delete(store).join();
    assertEquals(Optional.empty(), latest(store));
    assertFalse(streams().contains(SubjectCodec.snapshotStream(gone)));
  }

  /** JetStream still sends heartbeats to all nodes' consumers of the registry, but no records. */
  private void pauseRegistryConsumers() throws IOException, JetStreamApiException {
    for (String consumer : management.getConsumerNames(StreamConfigs.REGISTRY)) {
      management.pauseConsumer(
          StreamConfigs.REGISTRY, consumer, ZonedDateTime.now().plusMinutes(5));
    }
  }

  private void recreate() {
    other.namespaces().delete(namespace, System.nanoTime() + SOON.toNanos()).join();
    var unused = other.events().save(commit(0)).join();
  }

  @Test
  void aNodeThatMissedARecreationChangesTheSnapshotsOfTheNewIncarnation() throws Exception {
    assertTrue(store.namespaces().find(namespace).join().isPresent());
    pauseRegistryConsumers();
    recreate();
    save(store, snapshot(1, "new")).join();
    assertEquals(Optional.of(snapshot(1, "new")), latest(other));

    pauseRegistryConsumers();
    recreate();
    assertEquals(Reason.SNAPSHOT_AHEAD, failure(save(store, snapshot(5, "old"))).reason());

    save(other, snapshot(1, "newest")).join();
    pauseRegistryConsumers();
    recreate();
    save(other, snapshot(1, "last")).join();
    delete(store).join();
    assertEquals(Optional.empty(), latest(other));
  }

  /**
   * The namespace is recreated between the check of the actor's version and the creation of the
   * stream. That its incarnation was deleted is not known when the stream has been created, since
   * the registry's responses are lost.
   */
  @Test
  void aSnapshotIsNotStoredInTheIncarnationThatWasJustDeleted() throws Exception {
    Namespaces.Info old = info();
    CompletableFuture<ActorVersions> checked = new CompletableFuture<>();
    Connection connection = Nats.connect(lossy.url());
    Timers timers = new Timers();
    try {
      JetStreamApi api = new JetStreamApi(connection, timers);
      Writer writer =
          new Writer(
              Publisher.single(api),
              timers,
              new DeadlineScheduler(timers),
              new KeyedSerialExecutor.Names("snapshot changes", "actor"),
              10,
              1_000_000);
      Snapshots snapshots =
          new JetStreamSnapshots(
              new SnapshotContext(
                  api, registry(store), new EventsWithVersions(store.events(), checked), 1000),
              api,
              writer);
      CompletableFuture<@Nullable Void> save =
          snapshots.save(
              namespace, snapshot(1, "s"), System.nanoTime() + Duration.ofSeconds(30).toNanos());
      recreate();
      // A read is sent three times.
      lossy.lose("\"subject\":\"" + StreamConfigs.NAMESPACE_SUBJECTS, 3);
      checked.complete(new ActorVersions(1, 1));
      save.join();
      assertEquals(3, lossy.lost());
      assertEquals(Optional.of(snapshot(1, "s")), latest(other));
      assertFalse(streams().contains(SubjectCodec.snapshotStream(old)));
    } finally {
      timers.close();
      connection.close();
    }
  }

  /** Events of a store, with versions that the test provides. */
  private record EventsWithVersions(EventStore events, CompletableFuture<ActorVersions> versions)
      implements EventStore {
    @Override
    public CompletableFuture<ActorVersions> versions(Namespace namespace, ActorId actor) {
      return versions;
    }

    @Override
    public CompletableFuture<Saved> save(Save save) {
      return events.save(save);
    }

    @Override
    public ActorReader read(ActorRange range) {
      return events.read(range);
    }

    @Override
    public ActorReader readIncarnation(String incarnation, ActorRange range) {
      return events.readIncarnation(incarnation, range);
    }
  }

  private static NamespaceRegistry registry(JetStreamStore store) {
    return (NamespaceRegistry) store.namespaces();
  }

  private List<String> streams() throws IOException, JetStreamApiException {
    return management.getStreamNames();
  }

  private long lastSequence() throws IOException, JetStreamApiException {
    return management
        .getStreamInfo(SubjectCodec.snapshotStream(info()))
        .getStreamState()
        .getLastSequence();
  }

  private void setState(Namespaces.Info info, String state)
      throws IOException, JetStreamApiException {
    String json =
        """
        {"format":1,"namespace":"%s","incarnation":"%s","state":"%s","replicas":1,"partitions":1}
        """
            .formatted(namespace.name(), info.incarnation(), state);
    var unused =
        meddler
            .jetStream()
            .publish(
                StreamConfigs.NAMESPACE_SUBJECTS + namespace.name(),
                json.getBytes(StandardCharsets.UTF_8));
  }
}
