package dev.aether.client;

import static dev.aether.client.ScriptedServer.answer;
import static dev.aether.client.ScriptedServer.error;
import static dev.aether.client.ScriptedServer.fail;
import static dev.aether.client.ScriptedServer.silence;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.RetryInfo;
import dev.aether.v1.SaveEventsRequest;
import dev.aether.v1.SaveEventsResponse;
import dev.aether.v1.Sync;
import dev.aether.v1.VersionConflict;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SaveTest {
  private static final NewEvent PLACED =
      NewEvent.builder("OrderPlaced")
          .data(Bytes.utf8("{\"total\":42}"))
          .metadata("user_id", "u1")
          .metadata("correlation_id", "c1")
          .metadata("causation_id", "c2")
          .timestamp(Instant.ofEpochSecond(1_700_000_000, 123_456_789))
          .build();
  private static final SaveEventsResponse SAVED =
      SaveEventsResponse.newBuilder()
          .setFirstVersion(4)
          .setLastVersion(4)
          .setPosition(77)
          .setDurability(
              dev.aether.v1.Durability.newBuilder().setReplicas(3).setSync(Sync.SYNC_ALWAYS))
          .build();

  private final ScriptedServer server = new ScriptedServer();
  private final AetherClient client = server.client().build();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void aSaveIsSentOnceWithAnIdOfItsOwnAndItsAnswerComesBack() throws InterruptedException {
    server.saves.add(answer(SAVED));

    Saved saved = client.save("order-1", ExpectedVersion.exactly(3), PLACED);

    SaveEventsRequest request = server.received(SaveEventsRequest.class);
    assertEquals("default", request.getNamespace());
    assertEquals("order-1", request.getActorId());
    assertEquals(3, request.getExpectedVersion());
    assertEquals(123_456_789, request.getEvents(0).getTimestamp().getNanos());
    assertFalse(request.getRetry());
    assertTrue(request.getCommitId().matches("[A-Za-z0-9_.:-]{1,64}"), request.getCommitId());
    assertEquals(
        new Saved(
            request.getCommitId(), 4, 4, 0, 77, false, new Durability(3, Durability.Sync.ALWAYS)),
        saved);
    assertTrue(server.requests.isEmpty());
  }

  @Test
  void eachExpectationIsSentAsWhatItIs() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      server.saves.add(answer(SAVED));
    }

    client.save("a", ExpectedVersion.exactly(0), PLACED);
    client.save("a", ExpectedVersion.any(), PLACED);
    client.save("a", ExpectedVersion.existing(), PLACED);

    assertTrue(server.received(SaveEventsRequest.class).hasExpectedVersion());
    assertTrue(server.received(SaveEventsRequest.class).hasAnyVersion());
    assertTrue(server.received(SaveEventsRequest.class).hasExistingActor());
  }

  @Test
  void aRepeatAsksForNoMissedEventsWhichAProxyMayHaveHadNoRoomFor() throws InterruptedException {
    server.saves.add(
        fail(Status.UNAVAILABLE.withDescription("HTTP status code 502").asException()));
    server.saves.add(answer(SAVED));

    client.save(
        SaveCommand.builder("order-1", ExpectedVersion.exactly(3))
            .event(PLACED)
            .maxMissedEvents(64)
            .build());

    assertEquals(64, server.received(SaveEventsRequest.class).getMaxMissedEvents());
    SaveEventsRequest repeat = server.received(SaveEventsRequest.class);
    assertTrue(repeat.getRetry());
    assertEquals(0, repeat.getMaxMissedEvents());
  }

  @Test
  void aSaveRefusedForAWhileIsRepeatedAsTheSameBytesWithOnlyRetrySet() throws InterruptedException {
    server.saves.add(fail(error(Status.Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of())));
    server.saves.add(fail(Status.UNAVAILABLE.asException()));
    server.saves.add(answer(SAVED));

    client.save("order-1", ExpectedVersion.any(), PLACED, PLACED);

    SaveEventsRequest first = server.received(SaveEventsRequest.class);
    SaveEventsRequest second = server.received(SaveEventsRequest.class);
    SaveEventsRequest third = server.received(SaveEventsRequest.class);
    assertFalse(first.getRetry());
    assertTrue(second.getRetry());
    assertEquals(second.toByteString(), third.toByteString());
    assertEquals(first.toByteString(), second.toBuilder().setRetry(false).build().toByteString());
  }

  @Test
  void anAnswerLostWithTheConnectionIsAskedForAgainFromTheRestartedServer() throws Exception {
    int port = server.port();
    CompletableFuture<ScriptedServer> restarted = new CompletableFuture<>();
    server.saves.add(
        (request, caller) ->
            restarted.completeAsync(
                () -> {
                  server.stop();
                  ScriptedServer next = new ScriptedServer(port);
                  next.saves.add(answer(SAVED.toBuilder().setReplayed(true).build()));
                  return next;
                }));

    Saved saved = client.save("order-1", ExpectedVersion.any(), PLACED);

    assertTrue(saved.replayed());
    SaveEventsRequest first = server.received(SaveEventsRequest.class);
    try (ScriptedServer next = restarted.get()) {
      SaveEventsRequest second = next.received(SaveEventsRequest.class);
      assertEquals(first.toBuilder().setRetry(true).build(), second);
    }
  }

  @Test
  void anOverloadedServerIsGivenTheTimeItAsksFor() {
    AtomicLong refusedAt = new AtomicLong();
    AtomicLong repeatedAt = new AtomicLong();
    server.saves.add(
        (request, caller) -> {
          refusedAt.set(System.nanoTime());
          caller.onError(overloaded(400));
        });
    server.saves.add(
        (request, caller) -> {
          repeatedAt.set(System.nanoTime());
          caller.onNext(SAVED);
          caller.onCompleted();
        });

    client.save("order-1", ExpectedVersion.any(), PLACED);

    long waitedMillis = TimeUnit.NANOSECONDS.toMillis(repeatedAt.get() - refusedAt.get());
    assertTrue(waitedMillis >= 400, waitedMillis + " ms");
  }

  @Test
  void anOverloadThatOutlastsTheDeadlineIsToldAtOnce() {
    server.saves.add(fail(overloaded(60_000)));

    OverloadedException e =
        assertThrows(
            OverloadedException.class, () -> client.save("order-1", ExpectedVersion.any(), PLACED));

    assertEquals(Duration.ofSeconds(60), e.retryAfter());
  }

  @Test
  void aConflictComesWithItsVersionsAndIsNotRepeated() {
    server.saves.add(fail(conflict()));

    VersionConflictException e =
        assertThrows(
            VersionConflictException.class,
            () -> client.save("order-1", ExpectedVersion.exactly(3), PLACED));

    assertEquals("order-1", e.actorId());
    assertEquals(7, e.currentVersion());
    assertEquals(4, e.attemptedVersion());
    assertEquals("Missed", e.missedEvents().get(0).type());
    assertEquals("7", e.metadata().get("current_version"));
    assertEquals(1, server.requests.size());
    assertEquals(SaveTest.class.getName(), callerOf(e));
  }

  private static String callerOf(Throwable e) {
    for (StackTraceElement element : e.getStackTrace()) {
      if (element.getClassName().endsWith("Test")) {
        return element.getClassName();
      }
    }
    return "";
  }

  @Test
  void aConflictSettlesAnEarlierUnknownOutcome() {
    server.saves.add(fail(error(Status.Code.UNAVAILABLE, "OUTCOME_UNKNOWN", Map.of())));
    server.saves.add(fail(conflict()));

    assertThrows(
        VersionConflictException.class,
        () -> client.save("order-1", ExpectedVersion.exactly(3), PLACED));
  }

  @Test
  void aRefusalAfterAnUnknownOutcomeLeavesItUnknown() {
    server.saves.add(fail(Status.UNAVAILABLE.asException()));
    server.saves.add(fail(error(Status.Code.RESOURCE_EXHAUSTED, "STORE_FULL", Map.of())));

    OutcomeUnknownException e =
        assertThrows(OutcomeUnknownException.class, () -> client.save(named("c-1").build()));

    assertEquals("c-1", e.commitId());
    assertInstanceOf(AetherException.class, e.getCause());
  }

  @Test
  void aSaveWithoutAnAnswerEndsAtItsDeadlineAsUnknownWithItsCommitId() {
    server.connect(client);
    server.saves.add(silence());
    long begin = System.nanoTime();

    OutcomeUnknownException e =
        assertThrows(
            OutcomeUnknownException.class,
            () -> client.save(named("c-1").deadline(Duration.ofSeconds(1)).build()));

    assertEquals("c-1", e.commitId());
    long tookMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    assertTrue(tookMillis >= 950 && tookMillis < 10_000, tookMillis + " ms");
  }

  @Test
  void anAttemptWithoutAnAnswerIsGivenUpAndRepeatedWithinTheDeadline() {
    server.saves.add(silence());
    for (int i = 0; i < 50; i++) {
      // A slow machine may take longer than the limit for the first of these, too.
      server.saves.add(answer(SAVED));
    }
    try (AetherClient impatient = server.client().attemptTimeout(Duration.ofMillis(200)).build()) {
      assertEquals(4, impatient.save("order-1", ExpectedVersion.any(), PLACED).firstVersion());
    }
  }

  /**
   * The last attempt gets no answer if it begins just before the deadline. With these delays it
   * begins between 1 s and 2 s before it: the first delay is 1 s to 2 s, and the second at least 2
   * s.
   */
  @Test
  void aStoreOutOfReachUntilTheDeadlineIsNotAnUnknownOutcome() {
    for (int i = 0; i < 100; i++) {
      server.saves.add(fail(error(Status.Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of())));
    }
    RepeatOptions repeats =
        new RepeatOptions(Integer.MAX_VALUE, Duration.ofSeconds(2), Duration.ofSeconds(4));
    try (AetherClient patient = server.client().repeats(repeats).build()) {
      server.connect(patient);

      assertThrows(
          StoreUnavailableException.class,
          () -> patient.save(named("c-1").deadline(Duration.ofSeconds(3)).build()));
    }
    assertEquals(2, server.requests.size());
  }

  @Test
  void aSaveThatMayHaveBeenSentBeforeStaysUnknownWhenItIsRefused() {
    server.saves.add(fail(error(Status.Code.RESOURCE_EXHAUSTED, "STORE_FULL", Map.of())));

    assertThrows(
        OutcomeUnknownException.class, () -> client.save(named("c-1").retry(true).build()));
  }

  @Test
  void aServerThatIsNotThereGetsNothingAndIsNotAnUnknownOutcome() {
    server.stop();

    assertThrows(
        ServerUnreachableException.class,
        () -> client.save(named("c-1").deadline(Duration.ofMillis(300)).build()));
  }

  @Test
  void aServerThatComesUpWithinTheDeadlineIsFound() throws InterruptedException {
    int port = server.port();
    server.stop();
    CompletableFuture<Saved> saving = client.async().save(named("c-1").build());
    CountDownLatch later = new CountDownLatch(1);
    assertFalse(later.await(300, TimeUnit.MILLISECONDS));
    assertFalse(saving.isDone());

    try (ScriptedServer late = new ScriptedServer(port)) {
      late.saves.add(answer(SAVED));

      assertEquals(4, saving.orTimeout(20, TimeUnit.SECONDS).join().firstVersion());
    }
  }

  @Test
  void aServerOutOfReachIsTriedMoreOftenThanGrpcWouldByItself() throws Exception {
    // gRPC by itself connects at once, after a second, and after 2.6 s.
    AtomicInteger connects = new AtomicInteger();
    try (ServerSocket hangsUp = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        AetherClient lost = AetherClient.connect("127.0.0.1:" + hangsUp.getLocalPort())) {
      CompletableFuture<Void> accepting =
          CompletableFuture.runAsync(() -> hangUpOnAll(hangsUp, connects));

      assertThrows(
          ServerUnreachableException.class,
          () -> lost.save(named("c-1").deadline(Duration.ofMillis(2_500)).build()));

      assertTrue(connects.get() >= 3, connects + " connects");
      hangsUp.close();
      accepting.get(20, TimeUnit.SECONDS);
    }
  }

  private static void hangUpOnAll(ServerSocket server, AtomicInteger connects) {
    try {
      while (true) {
        server.accept().close();
        connects.incrementAndGet();
      }
    } catch (IOException e) {
      // The test closed the socket.
    }
  }

  @Test
  void aCommitThatNoServerTakesIsNotSent() {
    NewEvent large = NewEvent.builder("Large").data(new byte[5_000_000]).build();

    TooLargeException e =
        assertThrows(
            TooLargeException.class, () -> client.save("order-1", ExpectedVersion.any(), large));

    assertEquals(3 << 20, e.limitBytes());
    assertTrue(e.sizeBytes() > 5_000_000);
    assertTrue(server.requests.isEmpty());
  }

  @Test
  void repeatsCanBeSwitchedOff() {
    server.saves.add(fail(error(Status.Code.UNAVAILABLE, "STORE_UNAVAILABLE", Map.of())));
    try (AetherClient once = server.client().repeats(RepeatOptions.never()).build()) {
      assertThrows(StoreUnavailableException.class, () -> once.save(named("c-1").build()));
    }
    assertEquals(1, server.requests.size());
  }

  @Test
  void anInterruptedThreadLearnsThatTheOutcomeIsUnknown() {
    server.saves.add(silence());

    Thread.currentThread().interrupt();
    OutcomeUnknownException e =
        assertThrows(OutcomeUnknownException.class, () -> client.save(named("c-1").build()));

    assertTrue(Thread.interrupted());
    assertEquals("c-1", e.commitId());
  }

  @Test
  void cancellingTheFutureCancelsTheCall() throws InterruptedException {
    CountDownLatch cancelled = new CountDownLatch(1);
    server.saves.add((request, caller) -> caller.setOnCancelHandler(cancelled::countDown));
    CompletableFuture<Saved> saving = client.async().save(named("c-1").build());
    server.received(SaveEventsRequest.class);

    saving.cancel(true);

    assertTrue(cancelled.await(20, TimeUnit.SECONDS));
    assertTrue(server.requests.isEmpty());
  }

  @Test
  void closingTheClientEndsASaveThatWaitsForAnAnswerAndOneThatPauses() throws Exception {
    server.saves.add(silence());
    server.saves.add(fail(overloaded(30_000)));
    CompletableFuture<Saved> waiting = client.async().save(named("c-1").build());
    server.received(SaveEventsRequest.class);
    CompletableFuture<Saved> pausing =
        client.async().save(named("c-2").deadline(Duration.ofMinutes(1)).build());
    server.received(SaveEventsRequest.class);

    client.close();

    assertInstanceOf(OutcomeUnknownException.class, failureOf(waiting));
    assertInstanceOf(AetherException.class, failureOf(pausing));
    assertThrows(IllegalStateException.class, () -> client.save(named("c-3").build()));
  }

  private static Throwable failureOf(CompletableFuture<?> future) throws Exception {
    Throwable cause =
        assertThrows(ExecutionException.class, () -> future.get(10, TimeUnit.SECONDS)).getCause();
    assertTrue(cause != null);
    return cause == null ? new AssertionError() : cause;
  }

  @Test
  void readsOfTheLatestVersionAreRepeatedToo() {
    server.latest.add(fail(error(Status.Code.UNAVAILABLE, "SHUTTING_DOWN", Map.of())));
    server.latest.add(
        answer(dev.aether.v1.GetLatestVersionResponse.newBuilder().setVersion(9).build()));

    assertEquals(9, client.latestVersion("order-1"));
  }

  private static SaveCommand.Builder named(String commitId) {
    return SaveCommand.builder("order-1", ExpectedVersion.any())
        .events(List.of(PLACED))
        .commitId(commitId);
  }

  private static Throwable conflict() {
    return error(
        Status.Code.ABORTED,
        "VERSION_CONFLICT",
        Map.of("actor_id", "order-1", "current_version", "7", "attempted_version", "4"),
        VersionConflict.newBuilder()
            .setActorId("order-1")
            .setCurrentVersion(7)
            .setAttemptedVersion(4)
            .addMissedEvents(dev.aether.v1.Event.newBuilder().setEventType("Missed").setVersion(4))
            .build());
  }

  private static Throwable overloaded(long millis) {
    return error(
        Status.Code.RESOURCE_EXHAUSTED,
        "OVERLOADED",
        Map.of(),
        RetryInfo.newBuilder()
            .setRetryDelay(
                com.google.protobuf.Duration.newBuilder()
                    .setSeconds(millis / 1_000)
                    .setNanos((int) (millis % 1_000) * 1_000_000))
            .build());
  }
}
