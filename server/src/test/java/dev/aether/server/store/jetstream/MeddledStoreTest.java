package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.codec.CommitCodec;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Mark;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.ActorReader;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.server.store.jetstream.cache.ActorHead;
import dev.aether.server.store.jetstream.cache.KnownSequences;
import dev.aether.server.store.jetstream.cache.RecentCommits;
import dev.aether.server.store.jetstream.damage.LogCondition;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.format.CommitHeader;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.format.StoredMessage;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.store.jetstream.read.ActorLog;
import dev.aether.server.store.jetstream.read.BurstReader;
import dev.aether.server.store.jetstream.read.SkipPointerReader;
import dev.aether.server.store.jetstream.save.DuplicateSearch;
import dev.aether.server.store.jetstream.wire.BatchReader;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.JetStreamErrors;
import dev.aether.server.store.jetstream.wire.JetStreamFailure;
import dev.aether.server.store.jetstream.wire.OrderedConsumer;
import dev.aether.server.store.jetstream.wire.PublishHeaders;
import dev.aether.server.store.jetstream.wire.ReadConnections;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.HoldingProxy;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import io.nats.client.Connection;
import io.nats.client.Dispatcher;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.PurgeOptions;
import io.nats.client.api.MessageInfo;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * The store's response to changes from outside: records of a newer release, deletions by an
 * operator, foreign messages, lost responses.
 */
class MeddledStoreTest {
  private static final ActorId ACTOR = new ActorId("a");
  private static final String DIGEST = "tPY9GDwOgTZP73ZxyUVOZQ";
  private static final Duration SOON = Duration.ofSeconds(20);

  private static final Duration SHORT = Duration.ofSeconds(1);

  /** For a save that tries until its deadline. */
  private static final Duration IN_VAIN = Duration.ofSeconds(5);

  private static TestNatsServer nats;

  private JetStreamStore store;
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
    store = open(nats.url());
    meddler = Nats.connect(nats.url());
    management = meddler.jetStreamManagement();
  }

  private static JetStreamStore open(String url) {
    return JetStreamStore.open(
        new JetStreamConfig(
            List.of(url), "meddled", Duration.ofSeconds(10), 1, true, Durability.Sync.UNKNOWN));
  }

  @AfterEach
  void close() throws InterruptedException {
    meddler.close();
    store.close();
  }

  private Save save(String commitId, ExpectedVersion expected, Duration within) {
    return save(commitId, expected, within, ACTOR);
  }

  private Save save(String commitId, ExpectedVersion expected, Duration within, ActorId actor) {
    NewEvent event = NewEvent.newBuilder().setEventId("e").setEventType("happened").build();
    return new Save(
        namespace,
        actor,
        new CommitId(commitId),
        expected,
        List.of(event),
        DIGEST,
        false,
        new SaveOrder(),
        System.nanoTime() + within.toNanos());
  }

  private CompletableFuture<Saved> append(String commitId, Duration within) {
    return store.events().save(save(commitId, new ExpectedVersion.Any(), within));
  }

  private static StoreException failure(CompletableFuture<?> future) {
    Throwable thrown = assertThrows(CompletionException.class, future::join);
    return (StoreException) Exceptions.unwrap(thrown);
  }

  private LogId log() {
    return store.namespaces().find(namespace).join().map(Namespaces.Info::firstLog).orElseThrow();
  }

  private void register(String incarnation, String state, int partitions)
      throws IOException, JetStreamApiException {
    String json =
        """
        {"format":1,"namespace":"%s","incarnation":"%s","state":"%s","replicas":1,"partitions":%d}
        """
            .formatted(namespace.name(), incarnation, state, partitions);
    meddler
        .jetStream()
        .publish(
            StreamConfigs.NAMESPACE_SUBJECTS + namespace.name(),
            json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aNamespaceWithPartitionsThatOnlyANewerReleaseKnowsIsNotSavedTo()
      throws IOException, JetStreamApiException {
    LogId log = new LogId(namespace, "abcdefghij", 0);
    management.addStream(
        StreamConfiguration.builder()
            .name(SubjectCodec.stream(log))
            .subjects(SubjectCodec.prefix(log) + ">")
            .allowDirect(true)
            .build());
    register(log.incarnation(), "NAMESPACE_STATE_ACTIVE", 2);
    long begun = System.nanoTime();
    assertEquals(Reason.STORE_UNAVAILABLE, failure(append("c", SOON)).reason());
    assertTrue(System.nanoTime() - begun < SOON.toNanos() / 2, "only at the deadline");
    assertEquals(
        Reason.STORE_UNAVAILABLE, failure(store.events().versions(namespace, ACTOR)).reason());
  }

  @Test
  void aNamespaceInAStateThatOnlyANewerReleaseKnowsIsNotRecreated()
      throws IOException, JetStreamApiException {
    register("abcdefghij", "NAMESPACE_STATE_FROZEN", 1);
    long last = lastRecord();
    assertEquals(Reason.STORE_UNAVAILABLE, failure(append("c", IN_VAIN)).reason());
    assertEquals(last, lastRecord());
    register("abcdefghij", "NAMESPACE_STATE_DELETED", 1);
    assertEquals(1, append("c", SOON).join().lastVersion());
  }

  private long lastRecord() throws IOException, JetStreamApiException {
    return management
        .getLastMessage(StreamConfigs.REGISTRY, StreamConfigs.NAMESPACE_SUBJECTS + namespace.name())
        .getSeq();
  }

  @Test
  void aLostVersionIsNotAssignedAgainUntilTheLossIsAccepted() throws Exception {
    append("c1", SOON).join();
    Saved gone = append("c2", SOON).join();
    management.deleteMessage(SubjectCodec.stream(log()), gone.position());
    for (String commitId : List.of("c3", "c4")) {
      assertEquals(Reason.CORRUPT_RECORD, within(append(commitId, SOON)));
    }
    accept(gone.position());
    assertEquals(2, append("c5", SOON).join().lastVersion());
  }

  @Test
  void savesToAPurgedActorFailPermanentlyAndOthersSucceed() throws Exception {
    Saved last = append("c1", SOON).join();
    for (int i = 2; i <= 5; i++) {
      last = append("c" + i, SOON).join();
    }
    Save other = save("o1", new ExpectedVersion.Any(), SOON, new ActorId("other"));
    assertEquals(1, store.events().save(other).join().lastVersion());
    String stream = SubjectCodec.stream(log());
    var unused =
        management.purgeStream(stream, PurgeOptions.subject(SubjectCodec.subject(log(), ACTOR)));
    for (ExpectedVersion expected :
        List.of(
            new ExpectedVersion.Exactly(5),
            new ExpectedVersion.Exactly(3),
            new ExpectedVersion.Exactly(0),
            new ExpectedVersion.Existing(),
            new ExpectedVersion.Any())) {
      assertEquals(
          Reason.CORRUPT_RECORD,
          within(store.events().save(save("d" + expected.letter(), expected, SOON))),
          expected::toString);
    }
    assertEquals(Reason.CORRUPT_RECORD, within(store.events().versions(namespace, ACTOR)));
    assertEquals(
        List.of(
            stream
                + ": 5 records from 1 to "
                + last.position()
                + " are missing, which Aether did not delete"),
        store.damage());
    Save another = save("o2", new ExpectedVersion.Exactly(1), SOON, new ActorId("other"));
    assertEquals(2, store.events().save(another).join().lastVersion());
    accept(last.position());
    assertEquals(1, append("c6", SOON).join().lastVersion());
    assertEquals(List.of(), store.damage());
  }

  private void accept(long through) throws IOException, JetStreamApiException {
    StreamConfiguration config =
        management.getStreamInfo(SubjectCodec.stream(log())).getConfiguration();
    Map<String, String> metadata = new HashMap<>(config.getMetadata());
    metadata.put(LogCondition.ACCEPTED, Long.toString(through));
    var unused =
        management.updateStream(StreamConfiguration.builder(config).metadata(metadata).build());
  }

  @Test
  void skipPointersThatDoNotLeadBackAreCorruptAndNotFollowedForever() throws Exception {
    append("c1", SOON).join();
    meddle("1 2 2 2 v " + DIGEST + " 2:1 c2", commit(2));
    ActorReader reader = store.events().read(new ActorRange(namespace, ACTOR, 0, 1, false));
    List<LogEntry> entries = reader.next().get(15, TimeUnit.SECONDS);
    assertInstanceOf(LogEntry.StoredCommit.class, entries.get(0));
    assertInstanceOf(LogEntry.Corrupt.class, entries.get(1));
    assertEquals(Reason.CORRUPT_RECORD, within(store.events().versions(namespace, ACTOR)));
  }

  @Test
  void aForeignMessageAtAnActorsHeadIsReportedAsCorruptAtOnce() throws Exception {
    append("c1", SOON).join();
    meddle("garbage", "garbage".getBytes(StandardCharsets.UTF_8));
    assertEquals(Reason.CORRUPT_RECORD, within(store.events().versions(namespace, ACTOR)));
    append("c2", Duration.ofMillis(100)).exceptionally(thrown -> null).join();
    assertEquals(Reason.CORRUPT_RECORD, within(append("c3", SOON)));
  }

  @Test
  void aReaderGetsTheDamagedRecordAndAllOtherCommits() throws Exception {
    append("c1", SOON).join();
    append("c2", SOON).join();
    meddle("garbage", new byte[] {1, 2, 3});
    for (long from : new long[] {0, 2}) {
      ActorReader reader =
          store.events().read(new ActorRange(namespace, ACTOR, from, Long.MAX_VALUE, false));
      List<LogEntry> entries = reader.next().join();
      assertEquals(List.of(1L, 2L, 3L), entries.stream().map(LogEntry::position).toList());
      assertInstanceOf(LogEntry.Corrupt.class, entries.get(2));
      assertEquals(List.of(), reader.next().join());
    }
  }

  @Test
  void aBackwardReaderGetsADamagedRecordAnywhereAndAllOtherCommits() throws Exception {
    List<Long> positions = new ArrayList<>();
    for (int i = 1; i <= 40; i++) {
      positions.add(append("c" + i, SOON).join().position());
    }
    LogId log = log();
    for (int damaged : new int[] {39, 20, 0}) {
      damage(log, positions, damaged);
      List<Long> newestFirst = new ArrayList<>(positions);
      Collections.reverse(newestFirst);
      ActorReader reader =
          store.events().read(new ActorRange(namespace, ACTOR, 0, Long.MAX_VALUE, true));
      List<LogEntry> all = new ArrayList<>();
      for (List<LogEntry> page = reader.next().join();
          !page.isEmpty();
          page = reader.next().join()) {
        all.addAll(page);
      }
      assertEquals(newestFirst, all.stream().map(LogEntry::position).toList());
      assertInstanceOf(LogEntry.Corrupt.class, all.get(all.size() - 1 - damaged));
    }
  }

  /** Recreates the stream with its messages, one of them with an invalid header. */
  private void damage(LogId log, List<Long> positions, int which) throws Exception {
    String stream = SubjectCodec.stream(log);
    List<MessageInfo> messages = new ArrayList<>();
    for (long position : positions) {
      messages.add(management.getMessage(stream, position));
    }
    StreamConfiguration config = management.getStreamInfo(stream).getConfiguration();
    management.deleteStream(stream);
    management.addStream(config);
    for (int i = 0; i < messages.size(); i++) {
      Headers headers = new Headers();
      headers.put(
          CommitHeader.NAME,
          i == which ? "garbage" : messages.get(i).getHeaders().getFirst(CommitHeader.NAME));
      meddler.jetStream().publish(messages.get(i).getSubject(), headers, messages.get(i).getData());
    }
  }

  private static Reason within(CompletableFuture<?> future)
      throws InterruptedException, TimeoutException {
    try {
      throw new AssertionError("got " + future.get(15, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      return ((StoreException) Exceptions.unwrap(e)).reason();
    }
  }

  private void meddle(String header, byte[] body) throws IOException, JetStreamApiException {
    meddler
        .jetStream()
        .publish(
            SubjectCodec.subject(log(), ACTOR), new Headers().put(CommitHeader.NAME, header), body);
  }

  private byte[] commit(long version) {
    NewEvent event = NewEvent.newBuilder().setEventId("e").setEventType("happened").build();
    return CommitCodec.encode(namespace, ACTOR, new CommitId("c2"), version, List.of(event));
  }

  @Test
  void aHistoryWhoseHeadIsNotFoundDoesNotLookComplete() throws IOException, JetStreamApiException {
    long last = 0;
    for (int i = 0; i < 300; i++) {
      last = append("c" + i, SOON).join().position();
    }
    ActorReader reader =
        store.events().read(new ActorRange(namespace, ACTOR, 0, Long.MAX_VALUE, false));
    List<LogEntry> page = reader.next().join();
    for (long sequence = page.get(page.size() - 1).position() + 1; sequence <= last; sequence++) {
      management.deleteMessage(SubjectCodec.stream(log()), sequence);
    }
    assertEquals(Reason.STORE_UNAVAILABLE, failure(reader.next()).reason());
  }

  @Test
  void theSameIdWithAnotherExpectedVersionIsADifferentSave() {
    store.events().save(save("c", new ExpectedVersion.Exactly(0), SOON)).join();
    Timers timers = new Timers();
    ExecutorService executor = Executors.newSingleThreadExecutor();
    JetStreamApi api = new JetStreamApi(meddler, timers);
    try (timers;
        BatchReader batches =
            new BatchReader(new ReadConnections(List.of(meddler)), timers, executor)) {
      ActorLog actor =
          new ActorLog(
              api,
              batches,
              new SkipPointerReader(api, executor),
              new BurstReader(api, new KnownSequences(0), executor),
              new LogDamage(api),
              LogStream.of(log(), 1),
              ACTOR);
      ActorHead head = actor.head().join();
      Save same = save("c", new ExpectedVersion.Exactly(0), SOON);
      Save other = save("c", new ExpectedVersion.Exactly(5), SOON);
      assertTrue(search(actor, same).since(0, head).join().isPresent());
      assertFalse(search(actor, other).since(0, head).join().isPresent());
      Save late = save("c", new ExpectedVersion.Any(), Duration.ofMillis(-1));
      assertThrows(
          CompletionException.class,
          () -> search(actor, late).since(0, head).join(),
          "without time, nobody knows whether there is a duplicate");
    } finally {
      executor.shutdown();
    }
  }

  private static DuplicateSearch search(ActorLog actor, Save save) {
    return new DuplicateSearch(actor, save, new RecentCommits(0), 0);
  }

  /** A publish cannot be stored any more once another save with the same id has taken its place. */
  @Test
  void aReusedIdIsReportedAlthoughTheRefusalOfItsPublishWasLost() throws IOException {
    try (LossyNats lossy = new LossyNats(nats.port());
        JetStreamStore behind = open(lossy.url())) {
      behind.events().save(save("first", new ExpectedVersion.Any(), SOON)).join();
      append("used", SOON).join();
      Save save = save("used", new ExpectedVersion.Any(), Duration.ofSeconds(20));
      Save other =
          new Save(
              save.namespace(),
              save.actor(),
              save.commitId(),
              save.expected(),
              save.events(),
              "aaaaaaaaaaaaaaaaaaaaaa",
              false,
              new SaveOrder(),
              save.deadline());
      lossy.lose("wrong last sequence", 1);
      assertEquals(Reason.COMMIT_ID_REUSED, failure(behind.events().save(other)).reason());
      assertEquals(1, lossy.lost());
    }
  }

  @Test
  void aClosingStoreMayHaveStoredTheMessage() throws InterruptedException {
    Dispatcher stream =
        meddler.createDispatcher(
            message ->
                meddler.publish(
                    message.getReplyTo(),
                    ("{\"error\":{\"code\":503,\"err_code\":10077,"
                            + "\"description\":\"store is closed\"},\"stream\":\"s\",\"seq\":0}")
                        .getBytes(StandardCharsets.UTF_8)));
    stream.subscribe("closing");
    try (Timers timers = new Timers()) {
      var publish =
          new JetStreamApi(meddler, timers)
              .publish("s", "closing", PublishHeaders.expecting("s", 0), new byte[0]);
      Throwable thrown = assertThrows(CompletionException.class, publish::join);
      assertEquals(JetStreamFailure.Kind.NO_ANSWER, JetStreamErrors.failure(thrown).kind());
    }
  }

  @Test
  void messagesAfterALostMessageOfABatchAreDropped() throws IOException, InterruptedException {
    try (RawNats raw = new RawNats(nats.port());
        Timers timers = new Timers();
        BatchReader batches =
            new BatchReader(new ReadConnections(List.of(meddler)), timers, Runnable::run)) {
      LogStream stream = LogStream.of(new LogId(namespace, "abcdefghij", 0), 1);
      Dispatcher replica = meddler.createDispatcher();
      replica.subscribe(
          "$JS.API.DIRECT.GET." + stream.name(),
          request -> {
            String inbox = request.getReplyTo();
            if (new String(request.getData(), StandardCharsets.UTF_8).contains("\"seq\":1,")) {
              raw.send(inbox, message(1, 0));
              raw.send(inbox, message(3, 2));
            }
            raw.send(inbox, "NATS/1.0 204 EOB\r\nNats-Num-Pending: 0\r\nNats-Last-Sequence: 3");
          });
      List<StoredMessage> prefix = batches.get(stream, 1, "x.>", 10, 1000).join();
      assertEquals(List.of(1L), prefix.stream().map(StoredMessage::sequence).toList());
      Throwable thrown =
          assertThrows(
              CompletionException.class, () -> batches.get(stream, 2, "x.>", 10, 1000).join());
      assertEquals(JetStreamFailure.Kind.NOT_DELIVERED, JetStreamErrors.failure(thrown).kind());
    }
  }

  @Test
  void aReadThatIsLargerThanNatsAcceptsFailsAtOnce() {
    List<String> subjects =
        Collections.nCopies((int) meddler.getMaxPayload() / 64 + 1, "x".repeat(64));
    try (Timers timers = new Timers();
        BatchReader batches =
            new BatchReader(new ReadConnections(List.of(meddler)), timers, Runnable::run)) {
      LogStream stream = LogStream.of(new LogId(namespace, "abcdefghij", 0), 1);
      CompletionException thrown =
          assertThrows(CompletionException.class, () -> batches.last(stream, subjects).join());
      assertEquals(JetStreamFailure.Kind.NOT_DELIVERED, JetStreamErrors.failure(thrown).kind());
    }
  }

  @Test
  void aMessageWhoseHandlerFailedIsDeliveredAgain() throws IOException, JetStreamApiException {
    append("c1", SOON).join();
    append("c2", SOON).join();
    List<Long> taken = new CopyOnWriteArrayList<>();
    AtomicBoolean failed = new AtomicBoolean();
    try (Timers timers = new Timers();
        OrderedConsumer tail =
            new OrderedConsumer(
                meddler,
                meddler.createDispatcher(),
                new JetStreamApi(meddler, timers),
                timers,
                SubjectCodec.stream(log()),
                Mark.NONE,
                message -> {
                  if (failed.compareAndSet(false, true)) {
                    throw new IllegalStateException("for example, out of memory");
                  }
                  taken.add(message.sequence());
                },
                () -> {},
                closed -> {})) {
      tail.start();
      Await.until("both", SOON, () -> taken.equals(List.of(1L, 2L)));
    }
  }

  @Test
  void waitingReadsFailWhenTheConnectionCloses() throws InterruptedException {
    Connection connection = connect();
    try (Timers timers = new Timers();
        BatchReader batches =
            new BatchReader(new ReadConnections(List.of(connection)), timers, Runnable::run)) {
      LogStream stream = LogStream.of(new LogId(namespace, "abcdefghij", 0), 1);
      meddler.createDispatcher(message -> {}).subscribe("$JS.API.DIRECT.GET." + stream.name());
      Await.until("interest", SOON, () -> flushed());
      List<CompletableFuture<?>> reads = new ArrayList<>();
      for (int i = 0; i < 4000; i++) {
        reads.add(batches.get(stream, 1, "x.>", 10, 1000));
      }
      connection.close();
      Await.until(
          "all reads to fail",
          SOON,
          () -> reads.stream().allMatch(CompletableFuture::isCompletedExceptionally));
    }
  }

  private Connection connect() throws InterruptedException {
    try {
      return Nats.connect(nats.url());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean flushed() {
    try {
      meddler.flush(SOON);
      return true;
    } catch (TimeoutException | InterruptedException e) {
      return false;
    }
  }

  private static String message(long sequence, long before) {
    return """
    NATS/1.0\r
    Nats-Stream: s\r
    Nats-Subject: x.a\r
    Nats-Sequence: %d\r
    Nats-Time-Stamp: 2026-01-01T00:00:00Z\r
    Nats-Num-Pending: 1\r
    Nats-Last-Sequence: %d\
    """
        .formatted(sequence, before);
  }

  @Test
  void behindASaveWithoutAnAnswerNoneOfTheSameOrderIsStored() {
    SaveOrder order = new SaveOrder();
    try (HoldingProxy proxy = new HoldingProxy(nats.port());
        JetStreamStore stalling = open("nats://127.0.0.1:" + proxy.port())) {
      var unused = stalling.events().save(save("c0", new ExpectedVersion.Any(), SOON)).join();
      proxy.hold(true);
      CompletableFuture<Saved> first = append(stalling, "c1", SHORT, order);
      CompletableFuture<Saved> second = append(stalling, "c2", SOON, order);
      CompletableFuture<Saved> independent = append(stalling, "c3", SOON, new SaveOrder());
      assertEquals(Reason.OUTCOME_UNKNOWN, failure(first).reason());
      proxy.hold(false);
      assertEquals(Reason.STORE_UNAVAILABLE, failure(second).reason());
      unused = independent.join();
    }
    // The first may or may not be stored.
    List<String> stored =
        store
            .events()
            .read(new ActorRange(namespace, ACTOR, 1, Long.MAX_VALUE, false))
            .next()
            .join()
            .stream()
            .map(entry -> ((LogEntry.StoredCommit) entry).commit().decode().getCommitId())
            .toList();
    assertTrue(
        List.of("c0", "c1", "c3").equals(stored) || List.of("c0", "c3").equals(stored),
        stored::toString);
  }

  private CompletableFuture<Saved> append(
      JetStreamStore by, String commitId, Duration within, SaveOrder order) {
    Save save = save(commitId, new ExpectedVersion.Any(), within);
    return by.events()
        .save(
            new Save(
                save.namespace(),
                save.actor(),
                save.commitId(),
                save.expected(),
                save.events(),
                save.digest(),
                save.retry(),
                order,
                save.deadline()));
  }
}
