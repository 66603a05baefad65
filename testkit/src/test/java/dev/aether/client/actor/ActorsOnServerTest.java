package dev.aether.client.actor;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.client.AetherClient;
import dev.aether.client.Bytes;
import dev.aether.client.Event;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.RepeatOptions;
import dev.aether.client.Saved;
import dev.aether.client.Snapshot;
import dev.aether.client.retry.JitterRetry;
import dev.aether.client.retry.RetriesExhaustedException;
import dev.aether.testkit.AetherExtension;
import dev.aether.testkit.CallLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Actors against a real server. */
@Timeout(300)
final class ActorsOnServerTest {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private static final ActorType<Long, Long> SUM =
      ActorType.of(
          0L,
          Long::sum,
          BytesCodec.<Long>of("text/plain")
              .event("Added", Long.class, ActorsOnServerTest::text, ActorsOnServerTest::number));
  private static final StateCodec<Long> STATES =
      StateCodec.of("text/plain;v=1", ActorsOnServerTest::text, ActorsOnServerTest::number);

  @RegisterExtension final AetherExtension aether = AetherExtension.inMemory();

  private final CallLog calls = new CallLog();
  private AetherClient client;
  private Actors<Long, Long> sums;

  @BeforeEach
  void connect() {
    client = aether.clientBuilder().configureChannel(channel -> channel.intercept(calls)).build();
    sums = Actors.of(client, SUM, new JitterRetry());
  }

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void aCommandIsALoadAndASave() {
    Handled<Long, Long> first = sums.handle("a", sum -> List.of(1L, 2L));
    Handled<Long, Long> second = sums.handle("a", sum -> List.of(sum));
    Handled<Long, Long> nothing = sums.async().handle("a", sum -> List.of()).join();

    assertEquals(2, first.version());
    assertEquals(6, second.state());
    assertEquals(6, nothing.state());
    assertEquals(3, nothing.version());
    assertEquals(
        List.of("LoadActor", "SaveEvents", "LoadActor", "SaveEvents", "LoadActor"), calls.all());
    assertEquals(new Loaded<>("a", 6L, 3), sums.load("a"));
    assertEquals(sums.load("a"), sums.async().load("a").join());
    assertEquals(new Loaded<>("nobody", 0L, 0), sums.load("nobody"));
  }

  @Test
  void whatAnOldCachedStateRefusesIsDecidedOnWhatIsStored() {
    Actors<Long, Long> cached = sums.withCache(10);
    cached.handle("a", sum -> List.of(100L));
    sums.handle("a", sum -> List.of(500L));

    Handled<Long, Long> handled = cached.handle("a", sum -> withdrawn(sum, 300));

    assertEquals(300, handled.state());
    assertThrows(IllegalStateException.class, () -> cached.handle("a", sum -> withdrawn(sum, 301)));
  }

  @Test
  void whereNothingIsDecidedOnAnOldCachedStateItIsDecidedOnWhatIsStored() {
    Actors<Long, Long> cached = sums.withCache(10);
    cached.handle("a", sum -> List.of(100L));
    sums.handle("a", sum -> List.of(500L));

    Handled<Long, Long> handled = cached.handle("a", sum -> sum < 300 ? List.of() : List.of(-300L));

    assertEquals(300, handled.state());
  }

  @Test
  void anOldCachedStateIsNotTheLastWordWithoutWaitingEither() {
    AsyncActors<Long, Long> cached = sums.withCache(10).async();
    cached.handle("a", sum -> List.of(100L)).join();
    sums.handle("a", sum -> List.of(500L));

    assertEquals(
        300, cached.handle("a", sum -> withdrawn(sum, 300)).orTimeout(60, SECONDS).join().state());
    sums.handle("a", sum -> List.of(500L));
    assertEquals(800, cached.handle("a", sum -> List.of()).orTimeout(60, SECONDS).join().state());
    CompletionException refused =
        assertThrows(
            CompletionException.class,
            () -> cached.handle("a", sum -> withdrawn(sum, 900)).orTimeout(60, SECONDS).join());
    assertEquals("java.lang.IllegalStateException: only 800", refused.getMessage());
  }

  private static List<Long> withdrawn(long sum, long amount) {
    if (amount > sum) {
      throw new IllegalStateException("only " + sum);
    }
    return List.of(-amount);
  }

  @Test
  void missedEventsThatAConflictBringsCostNoCallMoreThanTheSave() {
    aether.faults().beforeNextSave(actor -> List.of(added(10L), added(20L)));

    Handled<Long, Long> handled = sums.handle("a", sum -> List.of(sum + 1));

    assertEquals(61, handled.state());
    assertEquals(List.of("LoadActor", "SaveEvents", "SaveEvents"), calls.all());
  }

  @Test
  void missedEventsThatFitNoConflictCostExactlyOneCallMore() {
    NewEvent large = NewEvent.builder("Added").data(Bytes.utf8("0".repeat(5000) + "7")).build();
    aether.faults().beforeNextSave(actor -> List.of(large, large));

    Handled<Long, Long> handled = sums.async().handle("a", sum -> List.of(sum + 1)).join();

    assertEquals(29, handled.state());
    assertEquals(List.of("LoadActor", "SaveEvents", "GetEvents", "SaveEvents"), calls.all());
  }

  @Test
  void whatEightWritersAddToOneActorIsTheirSum() throws Exception {
    Actors<Long, Long> cached = sums.withCache(10);
    ExecutorService writers = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> running =
          Collections.nCopies(8, cached).stream()
              .<Future<?>>map(
                  actors ->
                      writers.submit(
                          () -> {
                            for (int i = 0; i < 50; i++) {
                              addOne(actors);
                            }
                          }))
              .toList();
      for (Future<?> writer : running) {
        Object unused = writer.get(); // The class's bound is this one's, too.
      }
    } finally {
      writers.shutdownNow();
    }

    assertEquals(new Loaded<>("a", 400L, 400), sums.load("a"));
  }

  private static void addOne(Actors<Long, Long> actors) {
    while (true) {
      try {
        Handled<Long, Long> unused = actors.handle("a", sum -> List.of(1L));
        return;
      } catch (RetriesExhaustedException e) {
        // Nothing is stored: start again.
      }
    }
  }

  @Test
  void whatManyCommandsAddWithoutWaitingIsTheirSum() {
    Actors<Long, Long> actors = sums.withCache(10);
    List<CompletableFuture<Handled<Long, Long>>> handled = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      handled.add(actors.async().handle("a" + i % 10, sum -> List.of(1L)));
    }
    handled.forEach(CompletableFuture::join);

    for (int i = 0; i < 10; i++) {
      assertEquals(3, actors.load("a" + i).state());
    }
  }

  @Test
  void anAnswerThatIsLostDoublesNothing() {
    aether.faults().loseNextAnswer();

    Handled<Long, Long> handled = sums.handle("a", sum -> List.of(5L));

    assertTrue(handled.saved().orElseThrow().replayed());
    assertEquals(new Loaded<>("a", 5L, 1), sums.load("a"));
  }

  @Test
  void anUnknownOutcomeIsTheCallersAndTheNextCommandSeesWhatBecameOfIt() {
    try (AetherClient impatient = aether.clientBuilder().repeats(RepeatOptions.never()).build()) {
      Actors<Long, Long> cached = Actors.of(impatient, SUM, new JitterRetry()).withCache(1);
      assertEquals(1, cached.handle("a", sum -> List.of(1L)).state());
      aether.faults().nextOutcomeUnknown();

      assertThrows(OutcomeUnknownException.class, () -> cached.handle("a", sum -> List.of(10L)));
      assertEquals(111, cached.handle("a", sum -> List.of(100L)).state());
    }
  }

  @Test
  void snapshotsFollowTheirRuleAndLoadsBeginWithThem() {
    Told told = new Told();
    Actors<Long, Long> kept = kept(told).withCache(1);
    for (long i = 1; i <= 25; i++) {
      long number = i;
      Handled<Long, Long> unused = kept.handle("a", sum -> List.of(number));
      if (i % 10 == 0) {
        awaitSnapshot("a", i);
      }
    }
    assertEquals("210", client.latestSnapshot("a").orElseThrow().state().toUtf8());

    // A different state at the same version shows that the load starts from the snapshot.
    client.saveSnapshot(
        Snapshot.builder("a", 20, Bytes.utf8("1000")).contentType("text/plain;v=1").build());
    calls.clear();
    assertEquals(new Loaded<>("a", 1000L + 21 + 22 + 23 + 24 + 25, 25), kept.load("a"));
    assertEquals(List.of("LoadActor"), calls.all());
    assertEquals(List.of(), List.copyOf(told.unreadable));
  }

  @Test
  void aSnapshotOfNewerCodeIsPassedOverAndReplacedWhenTheNextIsDue() {
    othersSave("a", 1L, 2L, 3L);
    client.saveSnapshot(
        Snapshot.builder("a", 3, Bytes.utf8("{}")).contentType("text/plain;v=2").build());
    Told told = new Told();
    Actors<Long, Long> kept = kept(told);
    calls.clear();

    assertEquals(new Loaded<>("a", 6L, 3), kept.load("a"));
    assertEquals(List.of("LoadActor", "GetEvents"), calls.all());
    assertEquals(List.of(3L), List.copyOf(told.unreadable));

    Handled<Long, Long> unused = kept.handle("a", sum -> Collections.nCopies(7, 0L));
    awaitSnapshot("a", 10);
    assertEquals(new Loaded<>("a", 6L, 10), kept.load("a"));
    assertEquals(List.of(3L, 3L), List.copyOf(told.unreadable));
  }

  @Test
  void aSnapshotThatItsCodecRefusesIsPassedOverToo() {
    othersSave("a", 1L, 2L, 3L);
    client.saveSnapshot(
        Snapshot.builder("a", 3, Bytes.utf8("no number")).contentType("text/plain;v=1").build());
    Told told = new Told();

    assertEquals(new Loaded<>("a", 6L, 3), kept(told).load("a"));
    assertEquals(new Loaded<>("a", 6L, 3), kept(told).async().load("a").join());
    assertEquals(List.of(3L, 3L), List.copyOf(told.unreadable));
  }

  @Test
  void overTwoHopsCorrelationUserAndTraceAreCarriedOn() {
    EventContext begin =
        EventContext.none().withUserId("u1").withTraceparent("00-t-1-01").withCommandId("c1");
    Handled<Long, Long> first = sums.handle("a", begin, sum -> List.of(1L));
    Event one = event("a", first.version());
    Handled<Long, Long> second = sums.handle("b", EventContext.causedBy(one), sum -> List.of(2L));
    Event two = event("b", second.version());
    Handled<Long, Long> third =
        sums.async().handle("c", EventContext.causedBy(two), sum -> List.of(3L)).join();
    Event three = event("c", third.version());

    assertEquals("c1", one.commandId());
    assertEquals(Map.of("user_id", "u1", "traceparent", "00-t-1-01"), one.metadata());
    assertEquals("", two.commandId());
    assertEquals(
        Map.of(
            "correlation_id",
            one.eventId(),
            "causation_id",
            two.eventId(),
            "user_id",
            "u1",
            "traceparent",
            "00-t-1-01"),
        three.metadata());
  }

  @Test
  void aCommitNamedAfterItsCommandIsStoredOnceThoughTheCommandComesTwiceAtOneVersion() {
    Actors<Long, Long> named =
        sums.withCache(1).with(now -> now.withCommitIds(a -> "c1." + a.latestVersion()));
    Actors<Long, Long> elsewhere =
        sums.withCache(1).with(now -> now.withCommitIds(a -> "c1." + a.latestVersion()));
    assertEquals(0, named.load("a").version());
    assertEquals(0, elsewhere.load("a").version());

    Handled<Long, Long> first = named.handle("a", sum -> List.of(5L));
    Handled<Long, Long> again = elsewhere.handle("a", sum -> List.of(5L));

    assertEquals("c1.0", first.saved().orElseThrow().commitId());
    assertTrue(again.saved().orElseThrow().replayed());
    assertEquals(new Loaded<>("a", 5L, 1), sums.load("a"));
  }

  private Actors<Long, Long> kept(ActorsListener listener) {
    return Actors.of(client, SUM.withSnapshots(SnapshotRule.every(10), STATES), new JitterRetry())
        .withListener(listener);
  }

  private void awaitSnapshot(String actorId, long version) {
    long deadline = System.nanoTime() + BOUND.toNanos();
    while (client.latestSnapshot(actorId).map(Snapshot::version).orElse(0L) != version) {
      assertTrue(System.nanoTime() < deadline, "no snapshot at version " + version);
      client.delay(Duration.ofMillis(5));
    }
  }

  private void othersSave(String actorId, long... numbers) {
    Saved unused =
        aether
            .client()
            .save(
                actorId,
                ExpectedVersion.any(),
                LongStream.of(numbers).mapToObj(ActorsOnServerTest::added).toList());
  }

  private static NewEvent added(long number) {
    return SUM.codec().encode(number);
  }

  private Event event(String actorId, long version) {
    try (Stream<Event> events = client.events(actorId)) {
      return events.filter(event -> event.version() == version).findFirst().orElseThrow();
    }
  }

  /** Records the snapshots that could not be used. */
  private static final class Told implements ActorsListener {
    final Queue<Long> unreadable = new ConcurrentLinkedQueue<>();

    @Override
    public void onSnapshotUnreadable(Snapshot snapshot, RuntimeException why) {
      unreadable.add(snapshot.version());
    }
  }

  private static Bytes text(long number) {
    return Bytes.utf8("" + number);
  }

  private static long number(Bytes text) {
    return Long.parseLong(text.toUtf8());
  }
}
