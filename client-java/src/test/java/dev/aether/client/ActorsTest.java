package dev.aether.client;

import static dev.aether.client.ScriptedServer.answer;
import static dev.aether.client.ScriptedServer.error;
import static dev.aether.client.ScriptedServer.fail;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.aether.client.actor.ActorType;
import dev.aether.client.actor.Actors;
import dev.aether.client.actor.ActorsListener;
import dev.aether.client.actor.BytesCodec;
import dev.aether.client.actor.Handled;
import dev.aether.client.actor.Loaded;
import dev.aether.client.actor.SnapshotRule;
import dev.aether.client.actor.StateCodec;
import dev.aether.client.retry.RetriesExhaustedException;
import dev.aether.client.retry.RetryDecision;
import dev.aether.client.retry.RetrySession;
import dev.aether.v1.GetEventsRequest;
import dev.aether.v1.GetEventsResponse;
import dev.aether.v1.LoadActorRequest;
import dev.aether.v1.LoadActorResponse;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.SaveSnapshotResponse;
import dev.aether.v1.VersionConflict;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The calls that actors make and how they handle the answers, blocking and non-blocking. */
@Timeout(60)
final class ActorsTest {
  private static final ActorType<Long, Long> SUMS =
      ActorType.of(
          0L,
          Long::sum,
          BytesCodec.<Long>of("text/plain")
              .event("Added", Long.class, ActorsTest::text, ActorsTest::number));
  private static final StateCodec<Long> STATES =
      StateCodec.of("text/plain;v=1", ActorsTest::text, ActorsTest::number);

  private final ScriptedServer server = new ScriptedServer();
  private final AetherClient client = server.client().repeats(RepeatOptions.never()).build();
  private final Actors<Long, Long> sums = Actors.of(client, SUMS, ActorsTest::atOnce);

  private static RetrySession atOnce(String actorId) {
    return conflict ->
        conflict.attempt() < 3
            ? new RetryDecision.Retry(Duration.ZERO)
            : new RetryDecision.Stop(RetryDecision.StopReason.TOO_MANY_ATTEMPTS);
  }

  private enum Way {
    SYNC,
    ASYNC;

    Handled<Long, Long> handle(Actors<Long, Long> actors, Function<Long, List<Long>> decide) {
      return this == SYNC ? actors.handle("a", decide) : result(actors.async().handle("a", decide));
    }

    Loaded<Long> load(Actors<Long, Long> actors) {
      return this == SYNC ? actors.load("a") : result(actors.async().load("a"));
    }

    private static <T> T result(CompletableFuture<T> future) {
      try {
        return future.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw e;
      }
    }
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void aCommandIsALoadAndASave(Way way) throws Exception {
    server.loads.add(loaded(0, 0, 3));
    server.saves.add(saved(4, 5));

    Handled<Long, Long> handled = way.handle(sums, sum -> List.of(sum, 10L));

    assertEquals(22, handled.state());
    assertEquals(5, handled.version());
    assertEquals(List.of(6L, 10L), handled.events());
    assertEquals(5, handled.saved().orElseThrow().lastVersion());
    LoadActorRequest unused = server.received(LoadActorRequest.class);
    SaveEventsRequest save = server.received(SaveEventsRequest.class);
    assertEquals(3, save.getExpectedVersion());
    assertEquals(
        List.of("6", "10"),
        save.getEventsList().stream().map(e -> e.getData().toStringUtf8()).toList());
    assertNoMoreRequests();
  }

  @ParameterizedTest
  @EnumSource
  void whereNothingIsDecidedNothingIsSaved(Way way) throws Exception {
    server.loads.add(loaded(0, 0, 3));

    Handled<Long, Long> handled = way.handle(sums, sum -> List.of());

    assertEquals(6, handled.state());
    assertEquals(3, handled.version());
    assertTrue(handled.saved().isEmpty());
    LoadActorRequest unused = server.received(LoadActorRequest.class);
    assertNoMoreRequests();
  }

  @ParameterizedTest
  @EnumSource
  void anActorIsItsSnapshotAndTheEventsAfterIt(Way way) {
    server.loads.add(loaded(1000, 3, 5));

    assertEquals(new Loaded<>("a", 1009L, 5), way.load(sumsWithSnapshots(new Told())));
  }

  @ParameterizedTest
  @EnumSource
  void anActorThatNobodyWroteHasTheInitialState(Way way) {
    server.loads.add(loaded(0, 0, 0));

    assertEquals(new Loaded<>("a", 0L, 0), way.load(sums));
  }

  @ParameterizedTest
  @EnumSource
  void aConflictThatBringsAllThatWasMissedCostsNoCallMoreThanTheSave(Way way) throws Exception {
    server.loads.add(loaded(0, 0, 3));
    server.saves.add(conflict(3, 5, 4, 5));
    server.saves.add(saved(6, 6));

    Handled<Long, Long> handled = way.handle(sums, sum -> List.of(100 + sum));

    assertEquals(15 + 115, handled.state());
    assertEquals(6, handled.version());
    LoadActorRequest unused = server.received(LoadActorRequest.class);
    SaveEventsRequest first = server.received(SaveEventsRequest.class);
    SaveEventsRequest second = server.received(SaveEventsRequest.class);
    assertEquals(64, first.getMaxMissedEvents());
    assertEquals(5, second.getExpectedVersion());
    assertEquals("115", second.getEvents(0).getData().toStringUtf8());
    assertNoMoreRequests();
  }

  @ParameterizedTest
  @EnumSource
  void ofWhatWasMissedOnlyWhatTheConflictDoesNotBringIsRead(Way way) throws Exception {
    server.loads.add(loaded(0, 0, 3));
    server.saves.add(conflict(3, 7, 4, 5));
    server.reads.add(read(6, 8)); // Somebody saved version 8 meanwhile.
    server.saves.add(saved(9, 9));

    Handled<Long, Long> handled = way.handle(sums, sum -> List.of(0L));

    assertEquals(36, handled.state());
    LoadActorRequest load = server.received(LoadActorRequest.class);
    SaveEventsRequest first = server.received(SaveEventsRequest.class);
    GetEventsRequest read = server.received(GetEventsRequest.class);
    assertEquals(6, read.getFromVersion());
    assertEquals(0, read.getToVersion());
    assertEquals(8, server.received(SaveEventsRequest.class).getExpectedVersion());
    assertNoMoreRequests();
  }

  @ParameterizedTest
  @EnumSource
  void aConflictThatBringsNothingCostsOneCallMore(Way way) throws Exception {
    server.loads.add(loaded(0, 0, 3));
    server.saves.add(conflict(3, 5, 0, -1));
    server.reads.add(read(4, 5));
    server.saves.add(saved(6, 6));

    Handled<Long, Long> handled = way.handle(sums, sum -> List.of(0L));

    assertEquals(15, handled.state());
    LoadActorRequest load = server.received(LoadActorRequest.class);
    SaveEventsRequest first = server.received(SaveEventsRequest.class);
    assertEquals(4, server.received(GetEventsRequest.class).getFromVersion());
    assertEquals(5, server.received(SaveEventsRequest.class).getExpectedVersion());
    assertNoMoreRequests();
  }

  @ParameterizedTest
  @EnumSource
  void anActorThatHasLessThanWasKnownIsLoadedAnew(Way way) throws Exception {
    server.loads.add(loaded(0, 0, 3));
    server.saves.add(conflict(3, 1, 0, -1));
    server.loads.add(loaded(0, 0, 1));
    server.saves.add(saved(2, 2));

    assertEquals(1, way.handle(sums, sum -> List.of(0L)).state());
  }

  @ParameterizedTest
  @EnumSource
  void whenThePolicyGivesUpTheCallerIsTold(Way way) {
    server.loads.add(loaded(0, 0, 1));
    for (int version = 2; version < 5; version++) {
      server.saves.add(conflict(version - 1, version, version, version));
    }

    RetriesExhaustedException given =
        assertThrows(RetriesExhaustedException.class, () -> way.handle(sums, sum -> List.of(0L)));
    assertEquals(3, given.report().attempts());
  }

  @ParameterizedTest
  @EnumSource
  void aCachedStateSparesTheLoad(Way way) throws Exception {
    Actors<Long, Long> cached = sums.withCache(1);
    server.loads.add(loaded(0, 0, 3));
    server.saves.add(saved(4, 4));
    server.saves.add(conflict(4, 5, 5, 5));
    server.saves.add(saved(6, 6));

    assertEquals(16, way.handle(cached, sum -> List.of(10L)).state());
    assertEquals(31, way.handle(cached, sum -> List.of(10L)).state());

    LoadActorRequest load = server.received(LoadActorRequest.class);
    assertEquals(3, server.received(SaveEventsRequest.class).getExpectedVersion());
    assertEquals(4, server.received(SaveEventsRequest.class).getExpectedVersion());
    assertEquals(5, server.received(SaveEventsRequest.class).getExpectedVersion());
    assertNoMoreRequests();
  }

  @ParameterizedTest
  @EnumSource
  void anUnknownOutcomeReachesTheCallerAndIsNotBuiltOn(Way way) throws Exception {
    Actors<Long, Long> cached =
        sums.withCache(1).with(now -> now.withCommitIds(a -> "c." + a.latestVersion()));
    server.loads.add(loaded(0, 0, 3));
    server.saves.add(
        fail(error(Status.Code.UNAVAILABLE, "OUTCOME_UNKNOWN", Map.of("commit_id", "c.3"))));
    server.loads.add(loaded(0, 0, 4));
    server.saves.add(saved(5, 5));

    assertEquals(
        "c.3",
        assertThrows(OutcomeUnknownException.class, () -> way.handle(cached, sum -> List.of(4L)))
            .commitId());
    assertEquals(20, way.handle(cached, sum -> List.of(10L)).state());

    LoadActorRequest load = server.received(LoadActorRequest.class);
    assertEquals("c.3", server.received(SaveEventsRequest.class).getCommitId());
    LoadActorRequest again = server.received(LoadActorRequest.class);
    assertEquals("c.4", server.received(SaveEventsRequest.class).getCommitId());
  }

  @Test
  void whoSeesAnUnknownOutcomeHandlesTheNextCommandOnAStateThatIsRead() throws Exception {
    Actors<Long, Long> cached = sums.withCache(1);
    CountDownLatch isFailing = new CountDownLatch(1);
    server.loads.add(loaded(0, 0, 3));
    server.saves.add(fail(error(Status.Code.UNAVAILABLE, "OUTCOME_UNKNOWN", Map.of())));
    server.loads.add(loaded(0, 0, 4));
    server.saves.add(saved(5, 5));

    // Futures run what was attached last first, so this runs before anything attached by handle().
    CompletableFuture<Handled<Long, Long>> next =
        cached
            .async()
            .handle(
                "a",
                sum -> {
                  await(isFailing);
                  return List.of(4L);
                })
            .exceptionallyCompose(unknown -> cached.async().handle("a", sum -> List.of(10L)));
    isFailing.countDown();
    assertEquals(20, next.join().state());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(10, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatTheDecisionThrowsReachesTheCallerAndNothingIsSaved(Way way) throws Exception {
    server.loads.add(loaded(0, 0, 3));

    assertEquals(
        "not enough",
        assertThrows(
                UnsupportedOperationException.class,
                () ->
                    way.handle(
                        sums,
                        sum -> {
                          throw new UnsupportedOperationException("not enough");
                        }))
            .getMessage());
    LoadActorRequest load = server.received(LoadActorRequest.class);
    assertNoMoreRequests();
  }

  @ParameterizedTest
  @EnumSource
  void whatTheStateCanNotTakeInIsNotSaved(Way way) throws Exception {
    Actors<Long, Long> exact =
        Actors.of(client, ActorType.of(0L, Math::addExact, SUMS.codec()), ActorsTest::atOnce);
    server.loads.add(loaded(0, 0, 3));

    assertThrows(
        ArithmeticException.class, () -> way.handle(exact, sum -> List.of(Long.MAX_VALUE)));
    LoadActorRequest load = server.received(LoadActorRequest.class);
    assertNoMoreRequests();
  }

  @ParameterizedTest
  @EnumSource
  void aSnapshotOfAnotherFormIsToldAndTheActorReadFromItsFirstEvent(Way way) throws Exception {
    Told told = new Told();
    server.loads.add(
        answer(
            LoadActorResponse.newBuilder()
                .setSnapshot(
                    dev.aether.v1.Snapshot.newBuilder()
                        .setActorId("a")
                        .setVersion(3)
                        .setState(ByteString.copyFromUtf8("1000"))
                        .setContentType("text/plain;v=2"))
                .addEvents(event(4))
                .build()));
    server.reads.add(read(1, 4));

    assertEquals(new Loaded<>("a", 10L, 4), way.load(sumsWithSnapshots(told)));

    LoadActorRequest load = server.received(LoadActorRequest.class);
    assertEquals(1, server.received(GetEventsRequest.class).getFromVersion());
    assertEquals(
        List.of(
            "unreadable 3: the snapshot's content type is text/plain;v=2, expected text/plain;v=1"),
        told.all(1));
  }

  @ParameterizedTest
  @EnumSource
  void aSnapshotFollowsTheSaveThatMakesItDue(Way way) throws Exception {
    Told told = new Told();
    server.loads.add(loaded(0, 0, 8));
    server.saves.add(saved(9, 11));
    server.snapshotSaves.add(answer(SaveSnapshotResponse.getDefaultInstance()));

    assertEquals(36, way.handle(sumsWithSnapshots(told), sum -> List.of(0L, 0L, 0L)).state());

    LoadActorRequest load = server.received(LoadActorRequest.class);
    SaveEventsRequest save = server.received(SaveEventsRequest.class);
    dev.aether.v1.Snapshot snapshot = server.received(SaveSnapshotRequest.class).getSnapshot();
    assertEquals(11, snapshot.getVersion());
    assertEquals("36", snapshot.getState().toStringUtf8());
    assertEquals("text/plain;v=1", snapshot.getContentType());
  }

  @ParameterizedTest
  @EnumSource
  void aSnapshotThatFailsIsToldAndTheCommandIsDone(Way way) throws Exception {
    Told told = new Told();
    Actors<Long, Long> cached = sumsWithSnapshots(told).withCache(1);
    server.loads.add(loaded(0, 0, 9));
    server.saves.add(saved(10, 10));
    server.snapshotSaves.add(
        fail(
            error(
                Status.Code.FAILED_PRECONDITION,
                "SNAPSHOT_OUTDATED",
                Map.of("stored_version", "12"))));
    server.saves.add(saved(11, 20));
    server.snapshotSaves.add(fail(error(Status.Code.RESOURCE_EXHAUSTED, "STORE_FULL", Map.of())));

    assertEquals(10, way.handle(cached, sum -> List.of(0L)).version());
    LoadActorRequest load = server.received(LoadActorRequest.class);
    SaveEventsRequest save = server.received(SaveEventsRequest.class);
    SaveSnapshotRequest outdated = server.received(SaveSnapshotRequest.class);
    assertEquals(20, way.handle(cached, sum -> List.of(0L)).version());

    // An outdated snapshot is not a failure.
    assertEquals(List.of("failed 20: STORE_FULL"), told.all(1));
  }

  @Test
  void aCancelledCommandMakesNoFurtherAttempt() throws Exception {
    CompletableFuture<String> cancelled = new CompletableFuture<>();
    server.loads.add(loaded(0, 0, 3));
    server.saves.add(
        (request, caller) -> caller.setOnCancelHandler(() -> cancelled.complete("cancelled")));

    CompletableFuture<Handled<Long, Long>> handling = sums.async().handle("a", sum -> List.of(0L));
    LoadActorRequest load = server.received(LoadActorRequest.class);
    SaveEventsRequest save = server.received(SaveEventsRequest.class);
    handling.cancel(true);

    assertEquals("cancelled", cancelled.get(20, TimeUnit.SECONDS));
  }

  private void assertNoMoreRequests() {
    assertEquals(List.of(), List.copyOf(server.requests));
  }

  private Actors<Long, Long> sumsWithSnapshots(ActorsListener listener) {
    return Actors.of(client, SUMS.withSnapshots(SnapshotRule.every(10), STATES), ActorsTest::atOnce)
        .withListener(listener);
  }

  /** Records what a listener is told. It also throws, which must not have any effect. */
  private static final class Told implements ActorsListener {
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    @Override
    public void onSnapshotFailed(String actorId, long version, Throwable failure) {
      told.add("failed " + version + ": " + ((AetherException) failure).reason());
      throw new IllegalStateException("a listener that throws");
    }

    @Override
    public void onSnapshotUnreadable(Snapshot snapshot, RuntimeException why) {
      told.add("unreadable " + snapshot.version() + ": " + why.getMessage());
      throw new IllegalStateException("a listener that throws");
    }

    /** Returns everything, once there are this many entries. */
    List<String> all(int count) throws InterruptedException {
      List<String> all = new ArrayList<>();
      while (all.size() < count) {
        String next = told.poll(20, TimeUnit.SECONDS);
        assertNotNull(next, "told only " + all);
        all.add(next);
      }
      told.drainTo(all);
      return all;
    }
  }

  /**
   * A snapshot, if its version is above 0, and the events up to a version; each adds its version.
   */
  private static ScriptedServer.Answer<LoadActorRequest, LoadActorResponse> loaded(
      long state, long stateVersion, long version) {
    LoadActorResponse.Builder answer = LoadActorResponse.newBuilder();
    if (stateVersion > 0) {
      answer.setSnapshot(
          dev.aether.v1.Snapshot.newBuilder()
              .setActorId("a")
              .setVersion(stateVersion)
              .setState(ByteString.copyFromUtf8("" + state))
              .setContentType(STATES.contentType()));
    }
    return answer(answer.addAllEvents(events(stateVersion + 1, version)).build());
  }

  private static ScriptedServer.Answer<GetEventsRequest, GetEventsResponse> read(
      long from, long to) {
    return answer(GetEventsResponse.newBuilder().addAllEvents(events(from, to)).build());
  }

  private static ScriptedServer.Answer<SaveEventsRequest, SaveEventsResponse> saved(
      long first, long last) {
    return answer(
        SaveEventsResponse.newBuilder().setFirstVersion(first).setLastVersion(last).build());
  }

  /** A conflict that contains the missed events of a range. */
  private static ScriptedServer.Answer<SaveEventsRequest, SaveEventsResponse> conflict(
      long expected, long current, long firstMissed, long lastMissed) {
    return fail(
        error(
            Status.Code.ABORTED,
            "VERSION_CONFLICT",
            Map.of(),
            VersionConflict.newBuilder()
                .setActorId("a")
                .setCurrentVersion(current)
                .setAttemptedVersion(expected + 1)
                .addAllMissedEvents(events(firstMissed, lastMissed))
                .build()));
  }

  private static List<dev.aether.v1.Event> events(long from, long to) {
    return LongStream.rangeClosed(from, to).mapToObj(ActorsTest::event).toList();
  }

  private static dev.aether.v1.Event event(long version) {
    return dev.aether.v1.Event.newBuilder()
        .setActorId("a")
        .setVersion(version)
        .setEventType("Added")
        .setData(ByteString.copyFromUtf8("" + version))
        .build();
  }

  private static Bytes text(long number) {
    return Bytes.utf8("" + number);
  }

  private static long number(Bytes text) {
    return Long.parseLong(text.toUtf8());
  }
}
