package dev.aether.server.store.jetstream.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.Durability;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.LogId;
import dev.aether.server.event.Namespace;
import dev.aether.server.store.ActorRange;
import dev.aether.server.store.LogEntry;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.jetstream.JetStreamConfig;
import dev.aether.server.store.jetstream.JetStreamStore;
import dev.aether.server.store.jetstream.cache.KnownSequences;
import dev.aether.server.store.jetstream.damage.LogDamage;
import dev.aether.server.store.jetstream.format.LogStream;
import dev.aether.server.store.jetstream.wire.BatchReader;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.ReadConnections;
import dev.aether.server.testing.OverheardRequests;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.NewEvent;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BurstReaderTest {
  private static final Namespace NAMESPACE = new Namespace("bursts");
  private static final ActorId ACTOR = new ActorId("a");
  private static final ActorId OTHER = new ActorId("b");
  private static final String DIGEST = "tPY9GDwOgTZP73ZxyUVOZQ";
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int COMMITS = 20;

  private final TestNatsServer nats = TestNatsServer.start();
  private final KnownSequences known = new KnownSequences(1_000_000);
  private final Timers timers = new Timers();
  private JetStreamStore store;
  private Connection connection;
  private BatchReader batches;
  private OverheardRequests requests;
  private int commits;

  @BeforeEach
  void open() throws Exception {
    store =
        JetStreamStore.open(
            new JetStreamConfig(
                List.of(nats.url()), "bursts", SOON, 1, true, Durability.Sync.UNKNOWN));
    connection = Nats.connect(nats.url());
    batches = new BatchReader(new ReadConnections(List.of(connection)), timers, Runnable::run);
    requests = OverheardRequests.on(connection, "$JS.API.DIRECT.GET.>");
    saveBoth(COMMITS);
  }

  @AfterEach
  void close() throws Exception {
    batches.close();
    connection.close();
    timers.close();
    store.close();
    nats.close();
  }

  private void saveBoth(int count) {
    for (int i = 0; i < count; i++) {
      save(ACTOR);
      save(OTHER);
    }
  }

  private void save(ActorId actor) {
    NewEvent event = NewEvent.newBuilder().setEventId("e").setEventType("happened").build();
    store
        .events()
        .save(
            new Save(
                NAMESPACE,
                actor,
                new CommitId("c" + ++commits),
                new ExpectedVersion.Any(),
                List.of(event),
                DIGEST,
                false,
                new SaveOrder(),
                System.nanoTime() + SOON.toNanos()))
        .join();
  }

  private ActorLog log(ActorId actor) {
    LogId log =
        store.namespaces().find(NAMESPACE).join().map(Namespaces.Info::firstLog).orElseThrow();
    JetStreamApi api = new JetStreamApi(connection, timers);
    return new ActorLog(
        api,
        batches,
        new SkipPointerReader(api, Runnable::run),
        new BurstReader(api, known, Runnable::run),
        new LogDamage(api),
        LogStream.of(log, 1),
        actor);
  }

  /** The versions that a read of an actor returns. */
  private List<Long> read(long from, long to, boolean backwards) {
    ActorHistory history =
        new ActorHistory(log(ACTOR), new ActorRange(NAMESPACE, ACTOR, from, to, backwards));
    List<Long> versions = new ArrayList<>();
    boolean isAtEnd = false;
    for (List<LogEntry> page = history.next().join();
        !page.isEmpty();
        page = history.next().join()) {
      assertFalse(isAtEnd, "a page after the end");
      isAtEnd = history.isAtEnd();
      page.forEach(
          entry -> {
            var commit = ((LogEntry.StoredCommit) entry).commit();
            assertEquals(ACTOR.value(), ((LogEntry.StoredCommit) entry).actor().value());
            versions.add(commit.firstVersion());
          });
    }
    return versions;
  }

  private static List<Long> versions(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  private KnownSequences.Known known() {
    return known.get(log(ACTOR).subject()).orElseThrow();
  }

  /** Replaces what is known by the same commits at other sequences. */
  private void moveTo(List<Long> sequences) {
    List<KnownSequences.Commit> moved = new ArrayList<>();
    List<LocatedCommit> commits = commits(log(ACTOR));
    for (int i = 0; i < sequences.size(); i++) {
      moved.add(new KnownSequences.Commit(commits.get(i).header(), sequences.get(i), 100));
    }
    known.forget(log(ACTOR).subject());
    known.read(log(ACTOR).subject(), moved);
  }

  private static List<LocatedCommit> commits(ActorLog actor) {
    return actor.messagesFrom(1, COMMITS, 1_000_000).join().stream().map(actor::located).toList();
  }

  @Test
  void commitsWhoseSequencesAreKnownAreReadAtOnceAndEachOnlyOnce() throws Exception {
    assertEquals(versions(1, COMMITS), read(1, Long.MAX_VALUE, false));
    BurstReader bursts =
        new BurstReader(new JetStreamApi(connection, timers), known, Runnable::run);
    requests.forget();
    BurstReader.Burst burst = bursts.read(log(ACTOR), 1, Long.MAX_VALUE).join();
    assertEquals(COMMITS - 1, burst.commits().size(), "all but the last, which is the head");
    assertEquals(COMMITS - 1, requests.untilNow().size());
    requests.forget();
    assertEquals(versions(1, COMMITS), read(1, Long.MAX_VALUE, false));
    assertEquals(COMMITS, requests.untilNow().size());
  }

  @Test
  void aShortReadIsKnownToBeAtItsEndOnceItsOnlyPageHasArrived() {
    for (boolean backwards : new boolean[] {false, true}) {
      ActorHistory history =
          new ActorHistory(
              log(ACTOR), new ActorRange(NAMESPACE, ACTOR, 1, Long.MAX_VALUE, backwards));
      assertFalse(history.isAtEnd());
      assertEquals(COMMITS, history.next().join().size());
      assertTrue(history.isAtEnd());
    }
  }

  @Test
  void everyRangeIsReadInBothDirections() {
    read(1, Long.MAX_VALUE, false);
    for (int from = 1; from <= COMMITS; from += 3) {
      for (int to = from; to <= COMMITS; to += 2) {
        List<Long> wanted = versions(from, to);
        assertEquals(wanted, read(from, to, false));
        List<Long> reversed = new ArrayList<>(wanted);
        Collections.reverse(reversed);
        assertEquals(reversed, read(from, to, true));
      }
    }
  }

  @Test
  void commitsOfAnotherNodeAfterTheKnownOnesAreRead() {
    read(1, Long.MAX_VALUE, false);
    saveBoth(5);
    assertEquals(COMMITS, known().size());
    assertEquals(versions(1, COMMITS + 5), read(1, Long.MAX_VALUE, false));
    assertEquals(COMMITS + 5, known().size());
  }

  @Test
  void whatIsKnownOfAPartOfTheHistoryIsCompleted() {
    read(10, 15, false);
    assertEquals(10, known().firstNumber());
    assertEquals(versions(12, COMMITS), read(12, Long.MAX_VALUE, false));
    assertEquals(versions(1, COMMITS), read(1, Long.MAX_VALUE, false));
    assertEquals(1, known().firstNumber());
  }

  @Test
  void sequencesOfAnotherActorAreNotBelieved() {
    List<Long> others = commits(log(OTHER)).stream().map(LocatedCommit::sequence).toList();
    moveTo(others);
    assertEquals(versions(1, COMMITS), read(1, Long.MAX_VALUE, false));
    assertTrue(known().sequences().get(0) < others.get(0), "the right ones are known now");
  }

  @Test
  void sequencesOfOtherCommitsOfTheActorAreNotBelieved() {
    List<Long> own = commits(log(ACTOR)).stream().map(LocatedCommit::sequence).toList();
    List<Long> shifted = new ArrayList<>(own.subList(1, COMMITS));
    moveTo(shifted);
    assertEquals(versions(1, COMMITS), read(1, Long.MAX_VALUE, false));
    assertEquals(own, known().sequences());
  }

  @Test
  void sequencesBeyondTheEndOfAnOlderLogAreNotBelieved() {
    moveTo(LongStream.rangeClosed(1, COMMITS).map(i -> 1000 * i).boxed().toList());
    assertEquals(versions(1, COMMITS), read(1, Long.MAX_VALUE, false));
    assertEquals(versions(1, COMMITS), read(1, Long.MAX_VALUE, false));
  }
}
