package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.aether.server.codec.SnapshotCodec;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import dev.aether.server.store.Snapshots;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.registry.NamespaceRegistry;
import dev.aether.server.store.jetstream.snapshot.SnapshotStream;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
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
  private static final Duration SOON = Duration.ofSeconds(8);

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
    boolean made = SnapshotStream.create(new JetStreamApi(meddler), registry(other), gone).join();
    assertFalse(made);
    assertFalse(streams().contains(SubjectCodec.snapshotStream(gone)));

    lossy.lose("", 0);
    StoreException ahead = failure(save(store, snapshot(1, "s")));
    assertEquals(Reason.SNAPSHOT_AHEAD, ahead.reason());
    assertEquals("0", ahead.metadata().get("current_version"));
    delete(store).join();
    assertEquals(Optional.empty(), latest(store));
    assertFalse(streams().contains(SubjectCodec.snapshotStream(gone)));
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
