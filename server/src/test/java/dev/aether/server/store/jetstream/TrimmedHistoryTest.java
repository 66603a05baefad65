package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.Saved;
import dev.aether.server.store.jetstream.damage.LogCondition;
import dev.aether.server.store.jetstream.format.SubjectCodec;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.PurgeOptions;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Actors whose older messages an operator purged or deleted, with the loss accepted. Each commit
 * has two events.
 */
class TrimmedHistoryTest {
  private static final ActorId ACTOR = new ActorId("a");
  private static final String DIGEST = "tPY9GDwOgTZP73ZxyUVOZQ";
  private static final long LATEST = Long.MAX_VALUE;
  private static final Duration SOON = Duration.ofSeconds(20);

  private static TestNatsServer nats;

  private JetStreamStore store;
  private Connection operator;
  private JetStreamManagement management;
  private Namespace namespace;
  private final List<Long> positions = new ArrayList<>();

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
    namespace = new Namespace("trimmed-" + Long.toString(System.nanoTime(), 36));
    store =
        JetStreamStore.open(
            new JetStreamConfig(
                List.of(nats.url()),
                "trimmed",
                Duration.ofSeconds(10),
                1,
                true,
                Durability.Sync.UNKNOWN));
    operator = Nats.connect(nats.url());
    management = operator.jetStreamManagement();
  }

  @AfterEach
  void close() throws InterruptedException {
    operator.close();
    store.close();
  }

  private Saved append(ActorId actor, String commitId, boolean retry) {
    NewEvent event = NewEvent.newBuilder().setEventId("e").setEventType("happened").build();
    return store
        .events()
        .save(
            new Save(
                namespace,
                actor,
                new CommitId(commitId),
                new ExpectedVersion.Any(),
                List.of(event, event),
                DIGEST,
                retry,
                new SaveOrder(),
                System.nanoTime() + SOON.toNanos()))
        .join();
  }

  /** Saves commits of two events each, between those of another actor. */
  private void commits(int count) throws IOException, JetStreamApiException {
    for (int i = 0; i < count; i++) {
      var unused = append(new ActorId("b"), "b" + i, false);
      positions.add(append(ACTOR, "c" + positions.size(), false).position());
    }
    accept();
  }

  /**
   * Accepts the loss up to a sequence, which counts as trimmed, and waits until this node knows it.
   */
  private void accept() throws IOException, JetStreamApiException {
    StreamConfiguration config = management.getStreamInfo(stream()).getConfiguration();
    Map<String, String> metadata = new HashMap<>(config.getMetadata());
    metadata.put(LogCondition.ACCEPTED, "100000");
    var unused =
        management.updateStream(StreamConfiguration.builder(config).metadata(metadata).build());
    var heard = versionsNow();
  }

  private String stream() {
    return SubjectCodec.stream(log());
  }

  private LogId log() {
    return store.namespaces().find(namespace).join().map(Namespaces.Info::firstLog).orElseThrow();
  }

  /** Deletes all but the last {@code commits} commits of the actor. */
  private void keep(int commits) throws IOException, JetStreamApiException {
    var unused =
        management.purgeStream(
            stream(),
            PurgeOptions.builder()
                .subject(SubjectCodec.subject(log(), ACTOR))
                .keep(commits)
                .build());
  }

  private void delete(int commit) throws IOException, JetStreamApiException {
    assertTrue(management.deleteMessage(stream(), positions.get(commit)));
  }

  private List<Long> read(long from, long to, boolean backwards) {
    ActorReader reader = store.events().read(new ActorRange(namespace, ACTOR, from, to, backwards));
    List<Long> versions = new ArrayList<>();
    boolean isAtEnd = false;
    for (List<LogEntry> page = page(reader); !page.isEmpty(); page = page(reader)) {
      assertFalse(isAtEnd, "a page after the end");
      isAtEnd = reader.isAtEnd();
      for (LogEntry entry : page) {
        List<Long> ofCommit = new ArrayList<>();
        ((LogEntry.StoredCommit) entry)
            .commit()
            .decode()
            .getEventsList()
            .forEach(event -> ofCommit.add(event.getVersion()));
        if (backwards) {
          Collections.reverse(ofCommit);
        }
        versions.addAll(ofCommit);
      }
    }
    return versions;
  }

  private static List<LogEntry> page(ActorReader reader) {
    return reader.next().join();
  }

  private static List<Long> versions(long from, long to) {
    return from <= to
        ? LongStream.rangeClosed(from, to).boxed().toList()
        : LongStream.iterate(from, v -> v >= to, v -> v - 1).boxed().toList();
  }

  private void assertTrimmed(long available, long from, long to) {
    for (boolean backwards : new boolean[] {false, true}) {
      CompletionException thrown =
          assertThrows(
              CompletionException.class,
              () -> read(from, to, backwards),
              () -> from + ".." + to + (backwards ? " backwards" : ""));
      StoreException trimmed = (StoreException) Exceptions.unwrap(thrown);
      assertEquals(Reason.HISTORY_TRIMMED, trimmed.reason(), trimmed::getMessage);
      assertEquals(Long.toString(available), trimmed.metadata().get("first_available"));
    }
  }

  /** Short histories are read with the skip pointers, long ones in batches. */
  @ParameterizedTest
  @ValueSource(ints = {10, 150, 400})
  void keptCommitsAreReadAndTrimmedOnesReported(int commits) throws Exception {
    commits(commits);
    int kept = commits / 2 + 1;
    keep(kept);
    long latest = 2L * commits;
    long first = latest - 2L * kept + 1;
    assertEquals(new ActorVersions(latest, first), versionsNow());

    assertEquals(versions(first, latest), read(0, LATEST, false));
    assertEquals(versions(latest, first), read(0, LATEST, true));
    for (long from : new long[] {first, first + 1, first + 5, latest - 2, latest}) {
      List<Long> forwards = read(from, LATEST, false);
      assertEquals(latest, forwards.get(forwards.size() - 1));
      assertTrue(forwards.get(0) <= from && forwards.get(0) >= from - 1, forwards::toString);
      List<Long> backwards = read(from, LATEST, true);
      Collections.reverse(backwards);
      assertEquals(forwards, backwards);
    }
    assertEquals(versions(first, first + 3), read(0, first + 2, false));
    assertEquals(versions(first + 3, first), read(0, first + 2, true));

    for (long from : new long[] {1, 2, first / 2, first - 1}) {
      assertTrimmed(first, from, LATEST);
      assertTrimmed(first, from, first + 1);
      assertTrimmed(first, from, from);
    }
    assertTrimmed(first, 0, first - 1);
  }

  private ActorVersions versionsNow() {
    return store.events().versions(namespace, ACTOR).join();
  }

  @Test
  void deletedFirstMessagesCountAsTrimmed() throws Exception {
    commits(20);
    for (int i = 0; i < 7; i++) {
      delete(i);
    }
    assertEquals(new ActorVersions(40, 15), versionsNow());
    assertEquals(versions(15, 40), read(0, LATEST, false));
    assertTrimmed(15, 1, LATEST);
    assertTrimmed(15, 14, LATEST);
    assertEquals(versions(15, 40), read(15, LATEST, false));
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 400})
  void aGapInTheMiddleIsNeverSkipped(int commits) throws Exception {
    commits(commits);
    delete(4);
    assertTrimmed(11, 1, LATEST);
    assertTrimmed(11, 9, LATEST);
    assertTrimmed(11, 10, LATEST);
    assertEquals(versions(11, 2L * commits), read(11, LATEST, false));
    assertEquals(versions(1, 8), read(1, 8, false));
    CompletionException thrown =
        assertThrows(CompletionException.class, () -> read(0, LATEST, false));
    assertEquals(Reason.HISTORY_TRIMMED, ((StoreException) Exceptions.unwrap(thrown)).reason());
  }

  @Test
  void commitsTrimmedDuringAReadAreReported() throws Exception {
    commits(600);
    ActorReader reader = store.events().read(new ActorRange(namespace, ACTOR, 0, LATEST, false));
    List<LogEntry> page = page(reader);
    assertTrue(page.size() < 300, "nothing is left to trim");
    keep(100);
    Throwable thrown = assertThrows(CompletionException.class, () -> page(reader));
    StoreException trimmed = (StoreException) Exceptions.unwrap(thrown);
    assertEquals(Reason.HISTORY_TRIMMED, trimmed.reason());
    assertEquals("1001", trimmed.metadata().get("first_available"));
  }

  @Test
  void aReadDoesNotEndEarlyIfItsLastCommitsAreTrimmed() throws Exception {
    commits(400);
    ActorReader reader = store.events().read(new ActorRange(namespace, ACTOR, 0, LATEST, false));
    assertTrue(page(reader).size() < 400);
    commits(20);
    keep(10);
    Throwable thrown = assertThrows(CompletionException.class, () -> page(reader));
    StoreException trimmed = (StoreException) Exceptions.unwrap(thrown);
    assertEquals(Reason.HISTORY_TRIMMED, trimmed.reason());
    assertEquals("821", trimmed.metadata().get("first_available"));
  }

  @Test
  void aDuplicateIsFoundAmongKeptCommits() throws Exception {
    commits(30);
    keep(10);
    Saved repeated = append(ACTOR, "c25", true);
    assertTrue(repeated.replayed());
    assertEquals(52, repeated.lastVersion());
    Saved forgotten = append(ACTOR, "c5", true);
    assertEquals(62, forgotten.lastVersion());
  }

  @Test
  void theFirstCommitAndTheFirstKeptVersionAreConsistent() {
    for (int round = 0; round < 200; round++) {
      ActorId fresh = new ActorId("fresh" + round);
      CompletableFuture<Saved> saving =
          CompletableFuture.supplyAsync(() -> append(fresh, "c", false));
      while (!saving.isDone()) {
        ActorVersions seen = store.events().versions(namespace, fresh).join();
        assertTrue(
            seen.equals(ActorVersions.NONE) || seen.equals(new ActorVersions(2, 1)),
            seen::toString);
      }
      assertEquals(2, saving.join().lastVersion());
    }
  }
}
