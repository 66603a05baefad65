package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.GroupCommitThresholds;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.PublishHeaders;
import dev.aether.server.store.jetstream.write.GroupCommit;
import dev.aether.server.store.jetstream.write.PublishGate;
import dev.aether.server.store.jetstream.write.Step;
import dev.aether.server.testing.HoldingProxy;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Saves that are published in batches. The store of these tests puts even a lone save into a batch,
 * and what arrives while a batch is in flight into the next one.
 */
class GroupCommitTest {
  private static final GroupCommitThresholds ALWAYS = new GroupCommitThresholds(1, 1, 1);
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int MANY = 300;

  private static final AtomicInteger namespaces = new AtomicInteger();

  private static TestNatsServer nats;
  private static Timers timers;

  private Connection connection;
  private JetStreamManagement management;
  private Namespace namespace;

  @BeforeAll
  static void startNats() {
    nats = TestNatsServer.start();
    timers = new Timers();
  }

  @AfterAll
  static void stopNats() {
    timers.close();
    nats.close();
  }

  @BeforeEach
  void connect() throws IOException, InterruptedException {
    namespace = new Namespace("groups-" + namespaces.incrementAndGet());
    connection = Nats.connect(nats.url());
    management = connection.jetStreamManagement();
  }

  @AfterEach
  void disconnect() throws InterruptedException {
    connection.close();
  }

  private static JetStreamStore open(String url, GroupCommitThresholds thresholds) {
    return JetStreamStore.open(
        new JetStreamConfig(
            List.of(url),
            "grouped",
            Duration.ofSeconds(10),
            1,
            true,
            Integer.MAX_VALUE,
            thresholds,
            Optional::empty,
            stream -> {},
            Durability.Sync.UNKNOWN,
            NatsAccess.BY_URL));
  }

  private Save save(String actor, ExpectedVersion expected, Duration within) {
    return save(actor, expected, within, 1);
  }

  private Save save(String actor, ExpectedVersion expected, Duration within, int bytes) {
    NewEvent event =
        NewEvent.newBuilder()
            .setEventId("e")
            .setEventType("happened")
            .setData(ByteString.copyFrom(new byte[bytes]))
            .build();
    return new Save(
        namespace,
        new ActorId(actor),
        new CommitId(commitId(actor, expected)),
        expected,
        List.of(event),
        "tPY9GDwOgTZP73ZxyUVOZQ",
        false,
        new SaveOrder(),
        System.nanoTime() + within.toNanos());
  }

  private static String commitId(String actor, ExpectedVersion expected) {
    return actor + ":" + (expected instanceof ExpectedVersion.Exactly at ? at.version() : "any");
  }

  private List<CompletableFuture<Saved>> saveToMany(
      JetStreamStore store, ExpectedVersion expected) {
    return IntStream.range(0, MANY)
        .mapToObj(i -> store.events().save(save("actor-" + i, expected, SOON)))
        .toList();
  }

  private static ExpectedVersion exactly(long version) {
    return new ExpectedVersion.Exactly(version);
  }

  private static StoreException failure(CompletableFuture<?> future) {
    Throwable thrown = assertThrows(CompletionException.class, future::join);
    return (StoreException) Exceptions.unwrap(thrown);
  }

  private String stream(JetStreamStore store) {
    return SubjectCodec.stream(
        store.namespaces().find(namespace).join().map(Namespaces.Info::firstLog).orElseThrow());
  }

  /** What the subjects of a log have in common. */
  private String prefix(String stream) throws IOException, JetStreamApiException {
    return management
        .getStreamInfo(stream)
        .getConfiguration()
        .getSubjects()
        .get(0)
        .replace(">", "");
  }

  private MessageInfo message(JetStreamStore store, long position)
      throws IOException, JetStreamApiException {
    return management.getMessage(stream(store), position);
  }

  private static @Nullable String batch(MessageInfo message) {
    return message.getHeaders().getFirst("Nats-Batch-Id");
  }

  /** The messages of the log; also asserts that none is of an actor that has one already. */
  private int differentActors(JetStreamStore store) throws IOException, JetStreamApiException {
    Set<String> subjects = new HashSet<>();
    long last = management.getStreamInfo(stream(store)).getStreamState().getLastSequence();
    for (long position = 1; position <= last; position++) {
      String subject = message(store, position).getSubject();
      assertTrue(subjects.add(subject), () -> "stored twice: " + subject);
    }
    return subjects.size();
  }

  @Test
  void savesToManyActorsShareBatchesAndEachLearnsItsOwnPosition() throws Exception {
    try (JetStreamStore store = open(nats.url(), ALWAYS)) {
      List<CompletableFuture<Saved>> saves = saveToMany(store, exactly(0));
      Set<String> batches = new HashSet<>();
      for (int i = 0; i < MANY; i++) {
        Saved saved = saves.get(i).join();
        assertEquals(1, saved.lastVersion());
        MessageInfo message = message(store, saved.position());
        assertTrue(
            new String(message.getData(), StandardCharsets.ISO_8859_1)
                .contains("actor-" + i + ":0"),
            "position " + saved.position() + " is not that of actor-" + i);
        batches.add(String.valueOf(batch(message)));
      }
      assertFalse(batches.contains("null"), "some were published singly");
      assertTrue(batches.size() < MANY / 2, () -> batches.size() + " batches for " + MANY);
    }
  }

  @Test
  void aConflictIsReportedOnlyToTheSaveThatHasIt() {
    try (JetStreamStore here = open(nats.url(), ALWAYS);
        JetStreamStore elsewhere = open(nats.url(), ALWAYS)) {
      here.events().save(save("late", exactly(0), SOON)).join();
      elsewhere.events().save(save("late", new ExpectedVersion.Any(), SOON)).join();
      List<CompletableFuture<Saved>> others = new ArrayList<>();
      CompletableFuture<Saved> late =
          CompletableFuture.failedFuture(new AssertionError("not saved"));
      for (int i = 0; i < MANY; i++) {
        others.add(here.events().save(save("actor-" + i, exactly(0), SOON)));
        if (i == MANY / 2) {
          late = here.events().save(save("late", exactly(1), SOON, 2));
        }
      }
      StoreException conflict = failure(late);
      assertEquals(Reason.VERSION_CONFLICT, conflict.reason());
      assertEquals(
          2, assertInstanceOf(StoreException.VersionConflict.class, conflict).currentVersion());
      others.forEach(other -> assertEquals(1, other.join().lastVersion()));
    }
  }

  @Test
  void aBatchWhoseAcknowledgementIsLostIsStoredOnce() throws Exception {
    try (LossyNats lossy = new LossyNats(nats.port());
        JetStreamStore store = open(lossy.url(), ALWAYS)) {
      store.events().save(save("first", exactly(0), SOON)).join();
      lossy.lose("\"batch\":", 2);
      List<CompletableFuture<Saved>> saves = saveToMany(store, new ExpectedVersion.Any());
      saves.forEach(saved -> assertEquals(1, saved.join().lastVersion()));
      assertEquals(2, lossy.lost());
      assertEquals(MANY + 1, differentActors(store));
    }
  }

  @Test
  void aBatchOfWhichACrashStoredAPartIsCompletedAndNothingIsStoredTwice() throws Exception {
    try (BatchProxy proxy = new BatchProxy(nats.port());
        JetStreamStore store = open(proxy.url(), ALWAYS)) {
      store.events().save(save("first", exactly(0), SOON)).join();
      proxy.cutNextBatch(1);
      List<CompletableFuture<Saved>> saves = saveToMany(store, new ExpectedVersion.Any());
      saves.forEach(saved -> assertEquals(1, saved.join().lastVersion()));
      assertTrue(proxy.cut() > 0, "no batch was cut");
      assertEquals(MANY + 1, differentActors(store));
    }
  }

  @Test
  void aPublishDoesNotWaitForABatchWhoseAcknowledgementIsLost() throws Exception {
    assertIsStoredWhileAnotherIsUnheard(1);
  }

  @Test
  void aPublishDoesNotWaitForASinglePublishWhoseAcknowledgementIsLost() throws Exception {
    assertIsStoredWhileAnotherIsUnheard(2);
  }

  private void assertIsStoredWhileAnotherIsUnheard(int groupFrom) throws Exception {
    try (LossyNats lossy = new LossyNats(nats.port());
        JetStreamStore store = open(nats.url(), ALWAYS)) {
      store.events().save(save("first", exactly(0), SOON)).join();
      String stream = stream(store);
      try (Connection through = Nats.connect(lossy.url())) {
        GroupCommit groups = new GroupCommit(new JetStreamApi(through, timers), timers, name -> {});
        lossy.lose("\"seq\":", 1);
        CompletableFuture<Long> unheard =
            publish(groups, stream, prefix(stream) + "x", 0, new byte[1], groupFrom);
        CompletableFuture<Long> next =
            publish(groups, stream, prefix(stream) + "y", 0, new byte[1], groupFrom);
        assertEquals(3L, next.join());
        assertFalse(unheard.isDone(), "it waited until the other publish counted as lost");
        assertEquals(1, lossy.lost());
      }
    }
  }

  @Test
  void aSaveWhoseDeadlinePassesWhileItWaitsForABatchIsKnownNotToBeStored() {
    try (HoldingProxy proxy = new HoldingProxy(nats.port());
        JetStreamStore store = open("nats://127.0.0.1:" + proxy.port(), ALWAYS)) {
      store.events().save(save("known", exactly(0), SOON)).join();
      store.events().save(save("waiting", exactly(0), SOON)).join();
      proxy.hold(true);
      CompletableFuture<Saved> sent = store.events().save(save("known", exactly(1), SOON));
      CompletableFuture<Saved> waiting =
          store.events().save(save("waiting", exactly(1), Duration.ofMillis(50)));
      assertNotEquals(Reason.OUTCOME_UNKNOWN, failure(waiting).reason());
      proxy.hold(false);
      assertEquals(2, sent.join().lastVersion());
      assertEquals(1, store.events().versions(namespace, new ActorId("waiting")).join().latest());
    }
  }

  @Test
  void twoPublishesToOneSubjectAreNeverInOneBatch() throws Exception {
    try (JetStreamStore store = open(nats.url(), ALWAYS)) {
      store.events().save(save("first", exactly(0), SOON)).join();
      String stream = stream(store);
      String prefix = prefix(stream);
      GroupCommit groups =
          new GroupCommit(new JetStreamApi(connection, timers), timers, name -> {});
      CompletableFuture<Long> alone = publish(groups, stream, prefix + "x", 0);
      CompletableFuture<Long> one = publish(groups, stream, prefix + "y", 0);
      CompletableFuture<Long> again = publish(groups, stream, prefix + "y", 3);
      CompletableFuture<Long> other = publish(groups, stream, prefix + "z", 0);
      assertEquals(List.of(2L, 3L, 4L), List.of(alone.join(), one.join(), other.join()));
      assertEquals(5L, again.join());
      assertEquals(batch(message(store, 3)), batch(message(store, 4)));
      assertNotEquals(batch(message(store, 4)), batch(message(store, 5)));
    }
  }

  @Test
  void aMessageThatIsTooLargeForItsStreamFailsAlone() throws Exception {
    try (JetStreamStore store = open(nats.url(), ALWAYS)) {
      store.events().save(save("first", exactly(0), SOON)).join();
      String stream = stream(store);
      StreamConfiguration config = management.getStreamInfo(stream).getConfiguration();
      management.updateStream(StreamConfiguration.builder(config).maximumMessageSize(1000).build());
      String prefix = prefix(stream);
      GroupCommit groups =
          new GroupCommit(new JetStreamApi(connection, timers), timers, name -> {});
      publish(groups, stream, prefix + "x", 0);
      CompletableFuture<Long> small = publish(groups, stream, prefix + "y", 0);
      CompletableFuture<Long> large = publish(groups, stream, prefix + "z", 0, new byte[1000], 1);
      assertEquals(3L, small.join());
      assertEquals(
          Reason.STORE_FULL,
          JetStreamErrors.toStoreException(assertThrows(CompletionException.class, large::join))
              .reason());
    }
  }

  private static CompletableFuture<Long> publish(
      GroupCommit groups, String stream, String subject, long behind) {
    return publish(groups, stream, subject, behind, new byte[1], 1);
  }

  private static CompletableFuture<Long> publish(
      GroupCommit groups, String stream, String subject, long behind, byte[] body, int groupFrom) {
    PublishGate gate = new PublishGate();
    gate.start();
    return groups.publish(
        new Step.Publish<>(
            stream,
            subject,
            behind,
            PublishHeaders.expecting(stream, behind),
            body,
            groupFrom,
            false,
            sequence -> sequence),
        gate);
  }

  @Test
  void aLargeCommitIsNotInABatch() throws Exception {
    try (JetStreamStore store = open(nats.url(), ALWAYS)) {
      Saved small = store.events().save(save("small", exactly(0), SOON)).join();
      Saved large = store.events().save(save("large", exactly(0), SOON, 100_000)).join();
      assertNotEquals(null, batch(message(store, small.position())));
      assertNull(batch(message(store, large.position())));
    }
  }

  @Test
  void aLogOfAnEarlierBuildIsChangedSoThatItAcceptsBatches() throws Exception {
    try (JetStreamStore store = open(nats.url(), ALWAYS)) {
      store.events().save(save("first", exactly(0), SOON)).join();
      StreamConfiguration accepting = management.getStreamInfo(stream(store)).getConfiguration();
      management.updateStream(
          StreamConfiguration.builder(accepting).allowAtomicPublish(false).build());
      List<CompletableFuture<Saved>> saves = saveToMany(store, exactly(0));
      saves.forEach(saved -> assertEquals(1, saved.join().lastVersion()));
      assertTrue(
          management.getStreamInfo(stream(store)).getConfiguration().getAllowAtomicPublish());
      assertEquals(MANY + 1, differentActors(store));
    }
  }

  @Test
  void withoutGroupCommitNothingIsInABatch() throws Exception {
    try (JetStreamStore store = open(nats.url(), GroupCommitThresholds.OFF)) {
      saveToMany(store, exactly(0)).forEach(CompletableFuture::join);
      for (long position = 1; position <= MANY; position++) {
        assertNull(batch(message(store, position)));
      }
    }
  }
}
